import productsPage from '../../../shaders/products.wgsl?raw'
import type { ProductRequest } from '../elementwise/program.ts'
import { rowTile, tileProducts } from '../elementwise/rows.ts'
import { GRAM_BLOCK } from '../engine.ts'
import { GROUP, pairColumn, pairCount, STRANDS } from '../gram-sums.ts'
import type { Arena } from './arena.ts'
import { runElements } from './element-run.ts'
import { ElementTable } from './element-table.ts'
import { type Gpu, gridOf } from './gpu.ts'

/** Inputs whose pairs' sums a strand can hold. */
const MOST_INPUTS = 8
/** Bytes of partial sums: very short rows of many inputs have more of them than elements. */
const MOST_BYTES = 2 ** 27

/** The inner products of each row; rows with values that are not for the kernel are done by the reference. */
export async function productsTile(gpu: Gpu, arena: Arena, request: ProductRequest): Promise<Float64Array> {
  const { elementCount, tile } = arena
  const { inputs, rowLength, based } = request
  const n = inputs.length
  const pairs = pairCount(n)
  const rows = elementCount / rowLength
  const blocks = Math.ceil(rowLength / GRAM_BLOCK)
  const strands = Math.min(STRANDS, rowLength / GROUP)
  const outputBytes = rows * blocks * pairs * strands * 4
  const isWhole = rowLength % GROUP === 0 && elementCount % rowLength === 0
  if (!isWhole || elementCount === 0 || n < 2 || n > MOST_INPUTS || outputBytes > MOST_BYTES)
    return tileProducts(tile, request)
  const grid = gridOf(rows * blocks)
  const table = new ElementTable(arena, request, grid[0])
  for (const [place, word] of [rows * blocks, rowLength / GROUP, blocks, strands].entries()) table.set(place, word)
  const { bytes, flagged } = await runElements(gpu, arena, {
    label: 'products',
    page: productsPage,
    constants: { 'PAIRS: u32': `${pairs}u`, 'BASED: bool': `${based}` },
    inputs,
    table: table.words(),
    grid,
    outputBytes,
    flagCount: rows * blocks,
  })
  const partials = new Float32Array(bytes.buffer, 0, outputBytes / 4)
  const isFlagged = new Set(flagged.map((unit) => Math.floor(unit / blocks)))
  const products = new Float64Array(rows * n * n)
  for (let row = 0; row < rows; row++) {
    const to = row * n * n
    if (isFlagged.has(row)) {
      products.set(tileProducts(rowTile(tile, inputs, row * rowLength, rowLength), request), to)
      continue
    }
    for (let i = 0; i < n; i++)
      for (let j = i; j < n; j++) {
        const product = sumOf(partials, row * blocks, blocks, pairs, pairColumn(i, j, n), strands)
        products[to + i * n + j] = product
        products[to + j * n + i] = product
      }
  }
  return products
}

/** Block after block, and strand after strand. */
function sumOf(
  partials: Float32Array,
  unit: number,
  blocks: number,
  pairs: number,
  pair: number,
  strands: number,
): number {
  let total = 0
  for (let block = 0; block < blocks; block++) {
    const at = ((unit + block) * pairs + pair) * strands
    for (let strand = 0; strand < strands; strand++) total += partials[at + strand] ?? 0
  }
  return total
}
