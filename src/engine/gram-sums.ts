import { decodeElements } from './elements.ts'
import { GRAM_BLOCK, type GramPart, type GramRequest, type Tile } from './engine.ts'

/** Strands of a block; each gives one partial sum for each column. */
export const STRANDS = 64
/** Groups of 8 consecutive elements that a strand takes, one every STRANDS groups. */
export const ROUNDS = 32
export const GROUP = 8

/** Elements nearer to zero than this count as zero in gram; blocks with one at or beyond the other go the float64 way. */
export const GRAM_TINY = 2 ** -55
export const WILD = 2 ** 56
/** WILD as the bits of an F32. */
export const WILD_BITS = (127 + 56) << 23

/** Partial sums of one block: a column for each pair i <= j (0 0, 0 1, .., 1 1, ..), then one for the sum of each vector. */
export function pairCount(inputs: number): number {
  return (inputs * (inputs + 1)) / 2
}

export function pairColumn(i: number, j: number, inputs: number): number {
  const [low, high] = i < j ? [i, j] : [j, i]
  return low * inputs - (low * (low - 1)) / 2 + (high - low)
}

export function columnCount(inputs: number): number {
  return pairCount(inputs) + inputs
}

/**
 * Adds up partial sums in twice float64's precision, block after block and strand after strand. With all these bits the totals are
 * exact for anything but contrived data, so that they do not depend on how a tensor was cut into tiles.
 */
export class GramSums {
  readonly #inputs: number
  readonly #high: Float64Array
  readonly #low: Float64Array
  readonly #nan: Float64Array
  readonly #infinite: Float64Array

  constructor(inputs: number) {
    this.#inputs = inputs
    this.#high = new Float64Array(columnCount(inputs))
    this.#low = new Float64Array(columnCount(inputs))
    this.#nan = new Float64Array(inputs)
    this.#infinite = new Float64Array(inputs)
  }

  add(column: number, value: number): void {
    const high = this.#high[column] ?? 0
    const sum = high + value
    const back = sum - high
    this.#high[column] = sum
    this.#low[column] = (this.#low[column] ?? 0) + (high - (sum - back) + (value - back))
  }

  /** Adds the STRANDS partial sums of one column of one block. */
  addStrands(column: number, partials: Float32Array, offset: number): void {
    for (let strand = 0; strand < STRANDS; strand++) this.add(column, partials[offset + strand] ?? 0)
  }

  addCounts(input: number, nan: number, infinite: number): void {
    this.#nan[input] = (this.#nan[input] ?? 0) + nan
    this.#infinite[input] = (this.#infinite[input] ?? 0) + infinite
  }

  part(): GramPart {
    const n = this.#inputs
    const part = emptyGramPart(n)
    const write = (values: Float64Array, low: Float64Array, at: number, column: number) => {
      const [high = 0, rest = 0] = [this.#high[column], this.#low[column]]
      values[at] = high + rest
      low[at] = rest - (high + rest - high)
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) write(part.gram, part.gramLow, i * n + j, pairColumn(i, j, n))
      write(part.sums, part.sumsLow, i, pairCount(n) + i)
    }
    part.nan.set(this.#nan)
    part.infinite.set(this.#infinite)
    return part
  }
}

/** Turns every vector but the origin into its difference from the origin. */
export function subtractOrigin(vectors: readonly (Float32Array | Float64Array)[], origin: number | null): void {
  const from = origin === null ? undefined : vectors[origin]
  if (!from) return
  for (const vector of vectors) {
    if (vector === from) continue
    for (let e = 0; e < vector.length; e++) vector[e] = (vector[e] ?? 0) - (from[e] ?? 0)
  }
}

export function emptyGramPart(inputs: number): GramPart {
  return {
    gram: new Float64Array(inputs * inputs),
    gramLow: new Float64Array(inputs * inputs),
    sums: new Float64Array(inputs),
    sumsLow: new Float64Array(inputs),
    nan: new Float64Array(inputs),
    infinite: new Float64Array(inputs),
  }
}

/** Adds the part of one tile to a total, keeping twice float64's precision. */
export function addGramPart(total: GramPart, part: GramPart): void {
  addPairs(total.gram, total.gramLow, part.gram, part.gramLow)
  addPairs(total.sums, total.sumsLow, part.sums, part.sumsLow)
  addTo(total.nan, part.nan)
  addTo(total.infinite, part.infinite)
}

function addTo(total: Float64Array, counts: Float64Array): void {
  for (let i = 0; i < total.length; i++) total[i] = (total[i] ?? 0) + (counts[i] ?? 0)
}

function addPairs(high: Float64Array, low: Float64Array, otherHigh: Float64Array, otherLow: Float64Array): void {
  for (let i = 0; i < high.length; i++) {
    const [a = 0, b = 0] = [high[i], otherHigh[i]]
    const sum = a + b
    const back = sum - a
    const rest = a - (sum - back) + (b - back) + ((low[i] ?? 0) + (otherLow[i] ?? 0))
    high[i] = sum + rest
    low[i] = rest - (sum + rest - sum)
  }
}

/**
 * The sums of a wild block (reference.ts): plain float64 in the order of the elements, NaN and infinities counted and taken as 0.
 * All engines call this for such blocks, on the bytes of the tile.
 */
export function gramWildBlock(sums: GramSums, tile: Tile, request: GramRequest, block: number): void {
  const first = block * GRAM_BLOCK
  const count = Math.min(GRAM_BLOCK, tile.elementCount - first)
  const n = request.inputs.length
  const vectors = request.inputs.map((format, i) => {
    const values = Float64Array.from(decodeElements(tile.inputs[i] ?? new Uint8Array(0), format, first, count))
    const [nan, infinite] = clearNonFinite(values)
    sums.addCounts(i, nan, infinite)
    return values
  })
  subtractOrigin(vectors, request.origin)
  for (let i = 0; i < n; i++) {
    const a = vectors[i] ?? new Float64Array(0)
    for (let j = i; j < n; j++) {
      const b = vectors[j] ?? a
      sums.add(
        pairColumn(i, j, n),
        a.reduce((sum, x, e) => sum + x * (b[e] ?? 0), 0),
      )
    }
    sums.add(
      pairCount(n) + i,
      a.reduce((sum, x) => sum + x, 0),
    )
  }
}

function clearNonFinite(values: Float64Array): readonly [nan: number, infinite: number] {
  let nan = 0
  let infinite = 0
  values.forEach((x, e) => {
    if (Number.isFinite(x)) return
    if (Number.isNaN(x)) nan++
    else infinite++
    values[e] = 0
  })
  return [nan, infinite]
}
