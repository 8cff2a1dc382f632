import type { FloatDType } from '../../tensor/dtype.ts'
import type { InputFormat } from '../engine.ts'

/**
 * What the element-wise kernels are asked for. Their specification in plain loops is reference-map.ts, reference-count.ts and
 * reference-sum.ts; this page names the quantities they share.
 *
 * Input 0 is the base, b; the others give the differences d_k = x_k - b, in F32. The *key* of an element is what a selection orders by:
 * the magnitude of each difference, or one number for all of them (see `Key`). Keys are compared by their *bits*: those of the F32 without
 * its sign, which order as the values do; every NaN has the bits 0x7fc00000 and so is above infinity. Indices of elements count from the
 * beginning of the tensor.
 */
export interface Elements {
  readonly inputs: readonly InputFormat[]
  /** Index of the tile's first element. */
  readonly first: number
}

/** What a selection orders elements by. */
export type Key =
  /** |d_k|: one key for each difference. */
  | { readonly of: 'differences' }
  /** The variance of the differences over the models: one key. */
  | { readonly of: 'variance' }
  /** |d_1| times a number for each row: one key. `factors` are those of the tile's rows; a tile has whole rows. */
  | { readonly of: 'importance'; readonly factors: Float32Array; readonly rowLength: number }

/** A bound on bits: of the elements that have just these, the ones at the indices `from` to `to` (both included) are within. */
export interface Bound {
  readonly bits: number
  readonly from: number
  readonly to: number
}

/** Which elements of a difference stay. */
export type Keep =
  | 'all'
  /** Those whose key is above `low` and below `high`, or within them. */
  | { readonly low: Bound; readonly high: Bound }
  /** Those whose random number (philox.ts) is below `limit`, 2^32 times the probability. `place` tells the differences apart. */
  | { readonly limit: number; readonly random: RandomStream; readonly place: number }
  /** Those whose bit is set: bit e % 8 of byte floor(e / 8) for element e of the tile. */
  | { readonly mask: Uint8Array }

/** A stream of random numbers: two 32-bit words of a key. */
export type RandomStream = readonly [number, number]

/** Takes every element. */
export const NO_LOW: Bound = { bits: 0, from: 0, to: Number.POSITIVE_INFINITY }
export const NO_HIGH: Bound = { bits: 0xffffffff, from: 0, to: Number.POSITIVE_INFINITY }

export interface ElementProgram extends Elements {
  readonly rule: MixRule | NearRule | FuseRule | RowsRule
  /** Dtype of the result. */
  readonly round: FloatDType
}

/** The sum of what stays of the weighted differences, times a factor, plus the base. */
export interface MixRule {
  readonly kind: 'mix'
  readonly key: Key
  /** One for each difference, or a single one for all where the key is one for all. */
  readonly keeps: readonly Keep[]
  /** One F32 for each difference. */
  readonly scales: readonly number[]
  /**
   * Which differences take part in an element. `none`: all. `kept`: those that stay. `scaled` and `plain`: those whose sign is that of the
   * sum of all scaled (or unscaled) differences that stay; a sum of 0 counts as positive, a difference of 0 has no sign.
   */
  readonly vote: 'none' | 'kept' | 'scaled' | 'plain'
  readonly factor: Factor
}

/** What the sum of the differences that take part is multiplied by; factors.ts. */
export type Factor =
  /** Always `value`. */
  | { readonly by: 'all'; readonly value: number }
  /** `value` over the sum of the weights of those that take part (over 1 where that is 0). */
  | { readonly by: 'weights'; readonly weights: readonly number[]; readonly value: number }
  /** One over their number; where there is but one, that one's own factor. */
  | { readonly by: 'count'; readonly alone: readonly number[] }

/** The other where it differs from the base by `t` at most; else `t` from the base towards it. */
export interface NearRule {
  readonly kind: 'near'
  readonly t: number
}

/** The other where the key is at least `threshold` (as bits), else the base. */
export interface FuseRule {
  readonly kind: 'fuse'
  readonly key: Key
  readonly threshold: number
}

/** A linear combination of the inputs with coefficients of its own for each vector of the tile, in F32. */
export interface RowsRule {
  readonly kind: 'rows'
  /** `rows`: element e of the tile belongs to vector floor(e / length); `columns`: to (first + e) mod `length`. */
  readonly along: 'rows' | 'columns'
  readonly length: number
  /** For each vector the coefficients of all inputs. */
  readonly coefficients: Float32Array
}

/** Counts the keys of a tile by their bits. */
export interface CountRequest extends Elements {
  readonly key: Key
  readonly what: /** By the upper 16 of 31 bits: 65536 counts a key. */
    | 'prefixes'
    /** By the lower 15 bits, of keys with these upper bits: for each key a few prefixes, with 32768 counts each, in one row after the other. */
    | { readonly below: readonly (readonly number[])[] }
    /** Those of just these bits, by block of GRAM_BLOCK elements: one number for each key; the counts of a key are consecutive. */
    | { readonly equal: readonly number[] }
    /** Above `above`, as bits: for each difference, in how many elements others are above as well, and then in how many none is. */
    | { readonly above: number }
    /**
     * Those within brackets, for each key a few. Of each bracket, one after the other: how many keys are above it, how many within it have
     * none of its `single` bits, how many have each of these; then the bits of those that have none, in any order, as far as there is
     * `room`, and zeros.
     */
    | { readonly within: readonly (readonly Bracket[])[]; readonly room: number }
}

/** A range of bits, `low` and `high` included, and bits in it that many keys have. */
export interface Bracket {
  readonly low: number
  readonly high: number
  readonly single: readonly number[]
}

/** Sums over each difference: of the magnitudes or squares of all its elements, and of those that stay. */
export interface SumRequest extends Elements {
  readonly key: Key
  readonly keeps: readonly Keep[]
  readonly squares: boolean
}

/** Each row of a tile of whole rows: how far the second input diverges from the base (rows.ts). */
export interface DivergenceRequest extends Elements {
  readonly rowLength: number
}

/** The inner products of the inputs for each row (rows.ts); a tile of whole rows. */
export interface ProductRequest extends Elements {
  readonly rowLength: number
  /** Take the others' differences from the first. */
  readonly based: boolean
}

/** Which elements of one difference stay by their rank in the row (rows.ts); a tile of whole rows. */
export interface RankRequest extends Elements {
  readonly rowLength: number
  /** Which difference, from 0. */
  readonly difference: number
  readonly density: number
  readonly epsilon: number
  readonly random: RandomStream
}

/** The sums of a tile, each with what of it float64 does not hold; sums.ts adds them up. */
export interface ElementSums {
  /** By difference. */
  readonly all: Float64Array
  readonly allLow: Float64Array
  readonly kept: Float64Array
  readonly keptLow: Float64Array
}

/** Keys of each element: one for each difference, or one. */
export function keyCount({ inputs }: Elements, key: Key): number {
  return key.of === 'differences' ? inputs.length - 1 : 1
}
