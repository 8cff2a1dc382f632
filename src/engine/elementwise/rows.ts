import { bytesPerElement } from '../../tensor/dtype.ts'
import { GRAM_BLOCK, type InputFormat, type Tile } from '../engine.ts'
import { GROUP, STRANDS, WILD } from '../gram-sums.ts'
import { exp, logRatio } from './exponential.ts'
import { magnitudeBits } from './keep.ts'
import { differences, inputValues } from './keys.ts'
import { limitOf, randomNumbers } from './philox.ts'
import type { DivergenceRequest, ProductRequest, RandomStream, RankRequest } from './program.ts'

/** The divergences of a tile's rows. */
export function tileDivergences(tile: Tile, request: DivergenceRequest): Float32Array {
  const [base = new Float32Array(0), other = base] = inputValues(tile, request, 0, tile.elementCount)
  return rowDivergences(other, base, request.rowLength)
}

/** The mask of a tile. */
export function tileRanks(tile: Tile, request: RankRequest): Uint8Array {
  const { difference, rowLength, density, epsilon, random, first } = request
  const values = inputValues(tile, request, 0, tile.elementCount)
  const delta = differences(values)[difference] ?? new Float32Array(0)
  return rankedMask(delta, rowLength, density, epsilon, random, difference, first)
}

/** What Arcee Fusion adds to every probability. */
const EPSILON = 1e-8

/**
 * The Kullback-Leibler divergence of each row of `other` from that of `base`, both turned into probabilities by softmax: the sum of
 * p log(p / q) with p and q increased by 1e-8. In float64, the elements of even and of odd places summed apart.
 * @returns a number for each row, 0 or more; NaN for a row with elements that are not finite
 */
export function rowDivergences(other: Float32Array, base: Float32Array, rowLength: number): Float32Array {
  const divergences = new Float32Array(other.length / rowLength)
  const p = new Float64Array(rowLength)
  const q = new Float64Array(rowLength)
  for (let row = 0; row < divergences.length; row++) {
    const from = row * rowLength
    const pSum = exponentials(other, from, p)
    const qSum = exponentials(base, from, q)
    let [even, odd] = [0, 0]
    if (!Number.isFinite(pSum + qSum)) even = Number.NaN
    else {
      const [pShare, qShare] = [1 / pSum, 1 / qSum]
      for (let e = 0; e < rowLength; e++) {
        const a = (p[e] ?? 0) * pShare + EPSILON
        const term = a * logRatio(a, (q[e] ?? 0) * qShare + EPSILON)
        if (e % 2 === 0) even += term
        else odd += term
      }
    }
    const divergence = even + odd
    divergences[row] = divergence < 0 ? 0 : divergence
  }
  return divergences
}

/** e^(x - max) of a row; @returns their sum */
function exponentials(values: Float32Array, from: number, out: Float64Array): number {
  let largest = Number.NEGATIVE_INFINITY
  for (let e = 0; e < out.length; e++) {
    const x = values[from + e] ?? 0
    if (!(x <= largest)) largest = x
    if (!Number.isFinite(x)) return Number.NaN
  }
  let [even, odd] = [0, 0]
  for (let e = 0; e < out.length; e++) {
    const value = exp(Math.max(-700, (values[from + e] ?? 0) - largest))
    out[e] = value
    if (e % 2 === 0) even += value
    else odd += value
  }
  return even + odd
}

/**
 * The inner products of K vectors for each row of a tile of whole rows: K x K for each, one after the other. A row is summed as gram sums a
 * tensor (reference.ts): in blocks of GRAM_BLOCK elements, with 64 strands of 4 lanes in F32, product by product; the strands' sums are then
 * added in float64, strand after strand. Rows with elements of 2^56 or more, or ones that are not finite, are summed in float64, the
 * elements of even and of odd places apart.
 */
export function tileProducts(tile: Tile, request: ProductRequest): Float64Array {
  const { rowLength, based } = request
  const values = inputValues(tile, request, 0, tile.elementCount)
  const vectors = moved(values, based)
  const n = vectors.length
  const rows = Math.ceil(tile.elementCount / rowLength)
  const products = new Float64Array(rows * n * n)
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * rowLength, Math.min(tile.elementCount, (row + 1) * rowLength)]
    const isWild = values.some((vector) => vector.subarray(from, to).some((x) => !(Math.abs(x) < WILD)))
    const product = isWild ? wildProduct : rowProduct
    for (const [i, a] of vectors.entries())
      for (let j = i; j < n; j++) {
        const found = product(a, vectors[j] ?? a, from, to)
        products[(row * n + i) * n + j] = found
        products[(row * n + j) * n + i] = found
      }
  }
  return products
}

/** A row as a tile of its own. */
export function rowTile(tile: Tile, inputs: readonly InputFormat[], at: number, rowLength: number): Tile {
  const rows = tile.inputs.map((bytes, i) => {
    const width = bytesPerElement(inputs[i]?.dtype ?? 'F32')
    return bytes.subarray(at * width, (at + rowLength) * width)
  })
  return { elementCount: rowLength, inputs: rows }
}

const lanes = new Float32Array(4)

function rowProduct(a: Float32Array, b: Float32Array, from: number, to: number): number {
  let total = 0
  for (let block = from; block < to; block += GRAM_BLOCK)
    for (let strand = 0; strand < STRANDS; strand++) {
      const begin = block + strand * GROUP
      if (begin >= to) break
      lanes.fill(0)
      const end = Math.min(to, block + GRAM_BLOCK)
      for (let group = begin; group < end; group += STRANDS * GROUP)
        for (let half = 0; half < 2; half++)
          for (let lane = 0; lane < 4; lane++) {
            const e = group + 2 * lane + half
            if (e < to) lanes[lane] = (lanes[lane] ?? 0) + Math.fround((a[e] ?? 0) * (b[e] ?? 0))
          }
      const [x = 0, y = 0, z = 0, w = 0] = lanes
      total += Math.fround(Math.fround(x + y) + Math.fround(z + w))
    }
  return total
}

function wildProduct(a: Float32Array, b: Float32Array, from: number, to: number): number {
  let [even, odd] = [0, 0]
  for (let e = from; e < to; e += 2) even += (a[e] ?? 0) * (b[e] ?? 0)
  for (let e = from + 1; e < to; e += 2) odd += (a[e] ?? 0) * (b[e] ?? 0)
  return even + odd
}

/** The same for each column of a tensor of which the tiles are added in order, in float64. */
export class ColumnProducts {
  readonly #products: Float64Array
  readonly #columns: number
  readonly #operands: number

  constructor(columns: number, operands: number) {
    this.#products = new Float64Array(columns * operands * operands)
    this.#columns = columns
    this.#operands = operands
  }

  /** @param first index of the first element */
  add(values: readonly Float32Array[], first: number, based: boolean): void {
    const products = this.#products
    const n = this.#operands
    const vectors = moved(values, based)
    for (const [i, a] of vectors.entries())
      for (let j = i; j < n; j++) {
        const b = vectors[j] ?? a
        let column = first % this.#columns
        for (let e = 0; e < a.length; e++) {
          const at = (column * n + i) * n + j
          products[at] = (products[at] ?? 0) + (a[e] ?? 0) * (b[e] ?? 0)
          if (++column === this.#columns) column = 0
        }
      }
  }

  /** Fills in the lower halves, once all is added. */
  finish(): Float64Array {
    const products = this.#products
    const n = this.#operands
    for (let at = 0; at < products.length; at += n * n)
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) products[at + i * n + j] = products[at + j * n + i] ?? 0
    return products
  }
}

/** With `based` the others' differences from the first, in F32. */
function moved(values: readonly Float32Array[], based: boolean): readonly Float32Array[] {
  const [base = new Float32Array(0), ...others] = values
  return based ? [base, ...others.map((other) => difference(other, base))] : values
}

function difference(other: Float32Array, base: Float32Array): Float32Array {
  const result = new Float32Array(other.length)
  for (let e = 0; e < result.length; e++) result[e] = (other[e] ?? 0) - (base[e] ?? 0)
  return result
}

/**
 * Which elements of each row stay in DELLA's pruning (Deep, Bhardwaj and Poria 2024): the probability rises linearly with the rank of the
 * magnitude in its row, from density - epsilon to density + epsilon; of equal magnitudes the lower index ranks lower.
 * @param first index of the first element
 * @returns a bit for each element, see `Keep`
 */
export function rankedMask(
  delta: Float32Array,
  rowLength: number,
  density: number,
  epsilon: number,
  stream: RandomStream,
  place: number,
  first: number,
): Uint8Array {
  const mask = new Uint8Array(Math.ceil(delta.length / 8))
  const numbers = randomNumbers(stream, place, first, delta.length)
  const keys = new Uint32Array(rowLength)
  const order = new Uint32Array(rowLength)
  const spare = new Uint32Array(rowLength)
  const step = rowLength > 1 ? (2 * epsilon) / (rowLength - 1) : 0
  const lowest = rowLength > 1 ? density - epsilon : density
  for (let from = 0; from < delta.length; from += rowLength) {
    const length = Math.min(rowLength, delta.length - from)
    for (let e = 0; e < length; e++) keys[e] = magnitudeBits(delta[from + e] ?? 0)
    sortOrder(keys, order, spare, length)
    for (let rank = 0; rank < length; rank++) {
      const e = from + (order[rank] ?? 0)
      if ((numbers[e] ?? 0) < limitOf(lowest + rank * step)) mask[e >>> 3] = (mask[e >>> 3] ?? 0) | (1 << (e & 7))
    }
  }
  return mask
}

const DIGIT_BITS = 11
const DIGITS = 2 ** DIGIT_BITS
const PLACES = 3
const starts = new Uint32Array(PLACES * DIGITS)

/** The places of the keys in ascending order, equal ones in the order of their places: a radix sort of three digits. */
function sortOrder(keys: Uint32Array, order: Uint32Array, spare: Uint32Array, length: number): void {
  starts.fill(0)
  for (let i = 0; i < length; i++) {
    order[i] = i
    const key = keys[i] ?? 0
    for (let place = 0; place < PLACES; place++) {
      const at = place * DIGITS + ((key >>> (place * DIGIT_BITS)) & (DIGITS - 1))
      starts[at] = (starts[at] ?? 0) + 1
    }
  }
  for (let place = 0; place < PLACES; place++) {
    const shift = place * DIGIT_BITS
    const counts = starts.subarray(place * DIGITS, (place + 1) * DIGITS)
    // A digit that all keys share: the last one of differences of 16-bit numbers, mostly.
    if (counts[((keys[0] ?? 0) >>> shift) & (DIGITS - 1)] === length) continue
    let start = 0
    for (let digit = 0; digit < DIGITS; digit++) {
      const count = counts[digit] ?? 0
      counts[digit] = start
      start += count
    }
    for (let i = 0; i < length; i++) {
      const at = order[i] ?? 0
      const digit = ((keys[at] ?? 0) >>> shift) & (DIGITS - 1)
      const to = counts[digit] ?? 0
      spare[to] = at
      counts[digit] = to + 1
    }
    order.set(spare.subarray(0, length))
  }
}
