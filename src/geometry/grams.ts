import { anchored as anchoredGram, fromAnchored } from '../plan/anchored-gram.ts'
import type { Job } from '../plan/plan.ts'

export { fromAnchored }

/** What is known of one row segment of a job: inner products and sums of its N inputs, over all elements or estimated from tiles. */
export interface SegmentGram {
  /** N x N over all N inputs, row-major, symmetric; 0 where an input has no values in these rows. Scaled to the whole segment. */
  readonly gram: Float64Array
  /** N: sum of the elements of each input, scaled to the whole segment. */
  readonly sums: Float64Array
  /** Elements of one input in the segment. */
  readonly elements: number
  /**
   * The Gram matrix in the basis x0, x1 - x0, x2 - x0, …, where it was summed from differences. Null: it follows from `gram`, which is
   * good enough for sums in float64, and for sums in float32 as long as the inputs are not nearly equal.
   */
  readonly differences: Float64Array | null
  /** The tiles that `gram` was estimated from; null where every element was read: the values are exact. */
  readonly tiles: TileSums | null
}

/** Sums over a few tiles of a segment, one after the other. */
export interface TileSums {
  /** Elements of each tile. */
  readonly elements: Float64Array
  /** N x N for each tile. */
  readonly grams: Float64Array
  /** N for each tile. */
  readonly sums: Float64Array
  /** Tiles that the whole segment has. */
  readonly population: number
}

/** The Gram matrices of a job, by row segment. Plain data. `grams.map(({ gram }) => gram)` is what `computeCoefficients` takes. */
export type JobGrams = readonly SegmentGram[]

/** By job of the plan; null where nothing is known yet. */
export type PlanGrams = readonly (JobGrams | null)[]

export function isExact(grams: JobGrams): boolean {
  return grams.every(({ tiles }) => tiles === null)
}

/** True for jobs that have inner products to show; a copy has none, and needs none. Rows arranged by token are measured in the merge alone. */
export function hasGrams(job: Job): boolean {
  return job.segments.length > 0 && job.segments.every(({ gather }) => gather === undefined)
}

/** A segment's Gram matrix in the basis x0, x1 - x0, …: what differences and small angles are computed from. */
export function anchored(
  { gram, differences }: Pick<SegmentGram, 'gram' | 'differences'>,
  inputs: number,
): Float64Array {
  return differences ?? anchoredGram(gram, inputs)
}

/** What inner products over whole rows amount to: the segments that a stage of `rows` rows covers, added up. */
export interface RowsGram {
  /** As the merge has it. */
  readonly gram: Float64Array
  /** The same from sums of differences, where there are some: for angles of nearly equal inputs. Else `gram` itself. */
  readonly fine: Float64Array
  /** See `anchored`. */
  readonly anchored: Float64Array
  readonly sums: Float64Array
  readonly elements: number
}

export function overRows(job: Job, grams: JobGrams, rows: number): RowsGram {
  const inputs = job.inputs.length
  const covered = grams.filter((_, index) => (job.segments[index]?.to ?? Number.POSITIVE_INFINITY) <= rows)
  const gram = total(covered.map((segment) => segment.gram))
  const apart = total(covered.map((segment) => anchored(segment, inputs)))
  return {
    gram,
    fine: covered.some(({ differences }) => differences !== null) ? fromAnchored(apart, inputs) : gram,
    anchored: apart,
    sums: total(covered.map(({ sums }) => sums)),
    elements: covered.reduce((sum, { elements }) => sum + elements, 0),
  }
}

function total(arrays: readonly Float64Array[]): Float64Array {
  const first = arrays[0] ?? new Float64Array(0)
  if (arrays.length <= 1) return first
  return first.map((_, i) => arrays.reduce((sum, array) => sum + (array[i] ?? 0), 0))
}
