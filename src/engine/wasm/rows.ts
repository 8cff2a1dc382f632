import { differences, inputValues } from '../elementwise/keys.ts'
import type { DivergenceRequest, ProductRequest, RankRequest } from '../elementwise/program.ts'
import { rankedMask, rowDivergences, rowTile, tileDivergences, tileProducts, tileRanks } from '../elementwise/rows.ts'
import type { Tile } from '../engine.ts'
import { GROUP } from '../gram-sums.ts'
import { InputRun } from './input-run.ts'
import type { Kernels } from './kernels.ts'
import type { Layout } from './layout.ts'

/** Longer rows, of which there are none but vectors, do not fit the kernels' memory beside all else. */
const LONGEST = 2 ** 17
/** Nor do the rows of very many models together. */
const MOST_VALUES = 2 ** 20

function isForKernel(rowLength: number): boolean {
  return rowLength % GROUP === 0 && rowLength <= LONGEST
}

/** The divergence of each row; rows with values too large for the kernel are done by the reference. */
export function divergencesOf(kernels: Kernels, layout: Layout, tile: Tile, request: DivergenceRequest): Float32Array {
  const { inputs, rowLength } = request
  if (!isForKernel(rowLength)) return tileDivergences(tile, request)
  const run = new InputRun(layout, tile, inputs, rowLength)
  const scratch = layout.area(24 * rowLength)
  run.begin()
  const divergences = new Float32Array(tile.elementCount / rowLength)
  for (let row = 0; row < divergences.length; row++) {
    const groups = run.copy(row * rowLength, rowLength)
    const found = kernels.rowDivergence(run.table, groups, scratch)
    if (found >= 0) {
      divergences[row] = found
      continue
    }
    const [base = new Float32Array(0), other = base] = inputValues(tile, request, row * rowLength, rowLength)
    divergences.set(rowDivergences(other, base, rowLength), row)
  }
  return divergences
}

/** The inner products of each row; rows with values too large for the kernel are done by the reference. */
export function productsOf(kernels: Kernels, layout: Layout, tile: Tile, request: ProductRequest): Float64Array {
  const { inputs, rowLength, based } = request
  const n = inputs.length
  const isRoom = n * rowLength <= MOST_VALUES
  if (!isForKernel(rowLength) || !isRoom || tile.elementCount % rowLength !== 0) return tileProducts(tile, request)
  const run = new InputRun(layout, tile, inputs, rowLength)
  const scratch = layout.area(4 * n * rowLength)
  const out = layout.area(8 * n * n)
  run.begin()
  const found = layout.doubles(out, n * n)
  const products = new Float64Array((tile.elementCount / rowLength) * n * n)
  for (let at = 0; at < tile.elementCount; at += rowLength) {
    const groups = run.copy(at, rowLength)
    const fine = kernels.rowProducts(run.table, n, groups, based ? 1 : 0, scratch, out)
    const to = (at / rowLength) * n * n
    if (fine) products.set(found, to)
    else products.set(tileProducts(rowTile(tile, inputs, at, rowLength), request), to)
  }
  return products
}

/** The ranks of one difference; rows with values too large for the kernel are done by the reference. */
export function ranksOf(kernels: Kernels, layout: Layout, tile: Tile, request: RankRequest): Uint8Array {
  const { inputs, rowLength, first, difference, density, epsilon, random } = request
  const isOne = tile.elementCount % rowLength !== 0
  // Probabilities that come to 1 would need a bit more than a word.
  if (
    !isForKernel(rowLength) ||
    isOne ||
    first % GROUP !== 0 ||
    density + epsilon > 0.9999 ||
    epsilon < 0 ||
    rowLength < 2
  )
    return tileRanks(tile, request)
  const pair = [inputs[0], inputs[difference + 1]].flatMap((format) => format ?? [])
  const bytes = [tile.inputs[0], tile.inputs[difference + 1]].flatMap((one) => one ?? [])
  const run = new InputRun(layout, { elementCount: tile.elementCount, inputs: bytes }, pair, rowLength)
  const scratch = layout.area(16 * rowLength + 8192 + 64)
  const maskArea = layout.area(rowLength / GROUP + 1)
  run.begin()
  const rowMask = layout.bytes(maskArea, rowLength / GROUP)
  const mask = new Uint8Array(tile.elementCount / GROUP)
  const step = (2 * epsilon) / (rowLength - 1)
  for (let at = 0; at < tile.elementCount; at += rowLength) {
    run.copy(at, rowLength)
    const quad = (first + at) / 4
    const [k0, k1] = random
    const fine = kernels.rankedMask(
      run.table,
      rowLength,
      density - epsilon,
      step,
      quad | 0,
      difference,
      k0,
      k1,
      scratch,
      maskArea,
    )
    if (fine) mask.set(rowMask, at / GROUP)
    else {
      const delta = differences(inputValues(tile, request, at, rowLength))[difference] ?? new Float32Array(0)
      mask.set(rankedMask(delta, rowLength, density, epsilon, random, difference, first + at), at / GROUP)
    }
  }
  return mask
}
