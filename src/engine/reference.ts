import { bytesPerElement } from '../tensor/dtype.ts'
import { blendElements } from './blend-elements.ts'
import { prepareBlend } from './blend-program.ts'
import { decodeElements } from './elements.ts'
import { countElements, countLength } from './elementwise/reference-count.ts'
import { mapElements } from './elementwise/reference-map.ts'
import { sumElements } from './elementwise/reference-sum.ts'
import { tileDivergences, tileProducts, tileRanks } from './elementwise/rows.ts'
import { type BlendProgram, type Engine, GRAM_BLOCK, type GramPart, type GramRequest } from './engine.ts'
import {
  columnCount,
  GRAM_TINY,
  GROUP,
  GramSums,
  gramWildBlock,
  ROUNDS,
  STRANDS,
  subtractOrigin,
  WILD,
} from './gram-sums.ts'
import { outputBytes } from './output-bytes.ts'
import { TileShelf } from './tile-shelf.ts'

/**
 * The specification of the two kernels, in plain loops. The WebAssembly and the WebGPU engine give the same bits for 16-bit inputs,
 * and close results for F32 ones.
 *
 * ## Reading
 * An element is decoded from its stored dtype and then rounded to `round`, to nearest, ties to even (rounding.ts). What follows
 * speaks of these values.
 *
 * ## gram
 * A tile is cut into blocks of GRAM_BLOCK elements; the last one is filled up with zeros. A block has 64 strands: strand s takes
 * the groups of 8 consecutive elements number s, s + 64, .., s + 31 * 64. For each pair of vectors i <= j a strand keeps four F32
 * sums, lane l of which is increased, group after group, by `x_i[2l] * x_j[2l]` and then by `x_i[2l + 1] * x_j[2l + 1]`; four more
 * for each vector's sum get `x[2l]` and then `x[2l + 1]`. A strand's partial sum is `(lane0 + lane1) + (lane2 + lane3)`, in F32. The
 * partial sums are added in float64 with the rest carried along (GramSums), by block and then by strand.
 *
 * Elements below 2^-55 count as 0. A block in which an input has an element of 2^56 or more, an infinity or a NaN is *wild*: its
 * sums are computed in float64 instead (gramWildBlock). With an origin, the other vectors are differences from it, in F32.
 *
 * Why every implementation must agree: a product of two 16-bit floats has at most 22 significant bits, so it is exact in F32 and a
 * fused multiply-add changes nothing. Non-zero elements are multiples of 2^-62 (BF16: 2^-55 with 7 more bits; F16: 2^-24), so
 * products and their sums are multiples of 2^-124, and a sum that is not 0 is at least that: no subnormal number, which a GPU may
 * flush, ever appears. The 64 products of a strand and lane are below 2^112, so that nothing overflows. (Differences from an
 * origin have longer products: there engines agree only closely.)
 *
 * Why the small elements do no harm: n of them have a norm below sqrt(n) * 2^-55, 1e-12 for a billion, and norms count only from 1e-8
 * on. Leaving them out changes a norm by less than 1e-8 of it, and a cosine by less than 1e-4 even where both tensors consist of
 * almost nothing else.
 *
 * ## blend
 * See blend-elements.ts.
 *
 * ## count, sum, map
 * See elementwise/.
 */
export function referenceGram(inputs: readonly Uint8Array[], elementCount: number, request: GramRequest): GramPart {
  const sums = new GramSums(request.inputs.length)
  for (let block = 0; block * GRAM_BLOCK < elementCount; block++) {
    const first = block * GRAM_BLOCK
    const count = Math.min(GRAM_BLOCK, elementCount - first)
    const vectors = request.inputs.map((format, i) =>
      decodeElements(inputs[i] ?? new Uint8Array(0), format, first, count),
    )
    if (vectors.some(isWild)) {
      gramWildBlock(sums, { elementCount, inputs }, request, block)
      continue
    }
    const partials = blockPartials(vectors, request.origin)
    for (let column = 0; column < columnCount(vectors.length); column++)
      sums.addStrands(column, partials, column * STRANDS)
  }
  return sums.part()
}

function isWild(values: Float32Array): boolean {
  return values.some((x) => !(Math.abs(x) < WILD))
}

/** Partial sums of a block that is not wild: STRANDS numbers a column. */
function blockPartials(values: readonly Float32Array[], origin: number | null): Float32Array {
  const n = values.length
  const vectors = values.map((vector) => {
    const padded = new Float32Array(GRAM_BLOCK)
    padded.set(vector.map((x) => (Math.abs(x) < GRAM_TINY ? 0 : x)))
    return padded
  })
  subtractOrigin(vectors, origin)

  const partials = new Float32Array(columnCount(n) * STRANDS)
  const ones = new Float32Array(GRAM_BLOCK).fill(1)
  let column = 0
  const addColumn = (a: Float32Array, b: Float32Array) => {
    for (let strand = 0; strand < STRANDS; strand++) partials[column * STRANDS + strand] = strandSum(a, b, strand)
    column++
  }
  for (const [i, a] of vectors.entries()) for (const b of vectors.slice(i)) addColumn(a, b)
  for (const vector of vectors) addColumn(vector, ones)
  return partials
}

function strandSum(a: Float32Array, b: Float32Array, strand: number): number {
  const lanes = new Float32Array(4)
  for (let round = 0; round < ROUNDS; round++) {
    const at = (round * STRANDS + strand) * GROUP
    for (let half = 0; half < 2; half++)
      for (let lane = 0; lane < 4; lane++) {
        const e = at + 2 * lane + half
        lanes[lane] = (lanes[lane] ?? 0) + Math.fround((a[e] ?? 0) * (b[e] ?? 0))
      }
  }
  const [x = 0, y = 0, z = 0, w = 0] = lanes
  return Math.fround(Math.fround(x + y) + Math.fround(z + w))
}

/** The twin that tests compare the other engines with. */
export function createReferenceEngine(): Engine {
  const shelf = new TileShelf()
  return {
    kind: 'reference',
    device: 'plain JavaScript',
    maxTileElements: () => 64 * GRAM_BLOCK,
    load: (tile, dtypes) => shelf.load(tile, dtypes),
    unload: (tile) => shelf.unload(tile),
    async gram(loaded, request) {
      const tile = shelf.tile(loaded, request.inputs)
      return referenceGram(tile.inputs, tile.elementCount, request)
    },
    async blend(loaded, program: BlendProgram, into) {
      const tile = shelf.tile(loaded, program.inputs)
      const prepared = prepareBlend(program)
      const output = outputBytes(tile.elementCount * bytesPerElement(prepared.output), into)
      blendElements(prepared, tile.inputs, 0, tile.elementCount, output)
      return output
    },
    async count(loaded, request) {
      const tile = shelf.tile(loaded, request.inputs)
      const counts = new Uint32Array(countLength(request, tile.elementCount))
      countElements(tile, request, 0, tile.elementCount, counts)
      return counts
    },
    async sum(loaded, request) {
      return sumElements(shelf.tile(loaded, request.inputs), request)
    },
    async map(loaded, program, into) {
      const tile = shelf.tile(loaded, program.inputs)
      const output = outputBytes(tile.elementCount * bytesPerElement(program.round), into)
      mapElements(tile, program, 0, tile.elementCount, output)
      return output
    },
    async divergences(loaded, request) {
      return tileDivergences(shelf.tile(loaded, request.inputs), request)
    },
    async products(loaded, request) {
      return tileProducts(shelf.tile(loaded, request.inputs), request)
    },
    async rank(loaded, request) {
      return tileRanks(shelf.tile(loaded, request.inputs), request)
    },
    destroy: () => shelf.clear(),
  }
}
