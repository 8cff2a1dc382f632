import type { Job } from '../plan/plan.ts'
import { isExact, type JobGrams, type SegmentGram } from './grams.ts'
import { quadratic } from './inner-product.ts'
import { studentQuantile } from './student.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * A 95 % interval for the cosine between two combinations of a job's inputs, from the spread between the sampled tiles.
 *
 * A jackknife: the cosine is computed again without each tile in turn (Quenouille 1956, Tukey 1958; stratified by row segment, with the
 * finite population correction of sampling without replacement). It is done on z = atanh(cos), whose distribution is nearly symmetric
 * even where the inputs are nearly colinear, and which keeps the interval within -1 to 1.
 *
 * @param rows rows of the stage: the segments up to there count
 * @param u, v coefficients over the job's inputs
 * @returns null where the value is exact, so that there is no interval, or where nothing can be said from a single tile
 */
export function cosineInterval(
  job: Job,
  grams: JobGrams,
  rows: number,
  u: Float64Array,
  v: Float64Array,
): Interval | null {
  const segments = grams.filter((_, index) => (job.segments[index]?.to ?? Number.POSITIVE_INFINITY) <= rows)
  if (isExact(segments)) return null
  const whole: Pair = { aa: 0, ab: 0, bb: 0 }
  for (const { gram } of segments) add(whole, pairOf(gram, 0, u, v), 1)
  const estimate = fisher(whole)
  let variance = 0
  let freedom = 0
  for (const segment of segments) {
    const left = leaveOneOut(segment, whole, u, v)
    if (left === null) continue
    const { tiles } = segment
    const n = left.length
    if (tiles === null || n < 2) return null
    const mean = left.reduce((sum, z) => sum + z, 0) / n
    const spread = left.reduce((sum, z) => sum + (z - mean) ** 2, 0)
    variance += (1 - n / tiles.population) * ((n - 1) / n) * spread
    freedom += effectiveTiles(segment, whole, u, v) - 1
  }
  const reach = studentQuantile(freedom) * Math.sqrt(variance)
  return { low: Math.tanh(estimate - reach), high: Math.tanh(estimate + reach) }
}

/**
 * How many tiles of equal weight the sample is worth. Where a few heavy rows carry most of a norm, or of the distance between the two
 * vectors, the spread between tiles is known as badly as if there were only those few tiles (Kish's effective sample size).
 */
function effectiveTiles({ tiles, gram }: SegmentGram, whole: Pair, u: Float64Array, v: Float64Array): number {
  const pairs = Array.from(tiles?.elements ?? [], (_, tile) => pairOf(tiles?.grams ?? gram, tile * gram.length, u, v))
  const [a, b] = [1 / Math.sqrt(whole.aa), 1 / Math.sqrt(whole.bb)]
  const worth = [
    pairs.map(({ aa }) => aa),
    pairs.map(({ bb }) => bb),
    pairs.map(({ aa, ab, bb }) => Math.max(0, a * a * aa + b * b * bb - 2 * a * b * ab)),
  ].map((shares) => {
    const sum = shares.reduce((total, share) => total + share, 0)
    const squares = shares.reduce((total, share) => total + share * share, 0)
    return squares > 0 ? (sum * sum) / squares : shares.length
  })
  return Math.min(...worth)
}

interface Pair {
  aa: number
  ab: number
  bb: number
}

/** z of the whole without each tile of a segment in turn; null for a segment that was read whole. */
function leaveOneOut(segment: SegmentGram, whole: Pair, u: Float64Array, v: Float64Array): number[] | null {
  const { tiles, elements, gram } = segment
  if (tiles === null) return null
  const own = pairOf(gram, 0, u, v)
  const read = tiles.elements.reduce((sum, count) => sum + count, 0)
  return Array.from(tiles.elements, (count, tile) => {
    const rest = { ...whole }
    // `own` is the tiles' total scaled by elements / read; without this tile both parts of that change.
    const scale = elements / (read - count)
    add(rest, own, (scale * read) / elements - 1)
    add(rest, pairOf(tiles.grams, tile * gram.length, u, v), -scale)
    return fisher(rest)
  })
}

function pairOf(grams: Float64Array, at: number, u: Float64Array, v: Float64Array): Pair {
  const gram = at === 0 && grams.length === u.length ** 2 ? grams : grams.subarray(at, at + u.length ** 2)
  return {
    aa: quadratic(u, 0, gram, u, 0, u.length),
    ab: quadratic(u, 0, gram, v, 0, u.length),
    bb: quadratic(v, 0, gram, v, 0, u.length),
  }
}

function add(sum: Pair, pair: Pair, factor: number): void {
  sum.aa += factor * pair.aa
  sum.ab += factor * pair.ab
  sum.bb += factor * pair.bb
}

/** atanh of the cosine; kept finite where the vectors are equal. */
function fisher({ aa, ab, bb }: Pair): number {
  const cos = aa > 0 && bb > 0 ? ab / (Math.sqrt(aa) * Math.sqrt(bb)) : 0
  return Math.atanh(Math.min(1 - 2 ** -52, Math.max(-1 + 2 ** -52, cos)))
}
