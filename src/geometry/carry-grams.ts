import type { Job, Plan } from '../plan/plan.ts'
import type { JobGrams, PlanGrams, SegmentGram, TileSums } from './grams.ts'

/**
 * What is known of one plan's jobs, for another plan over the same opened checkpoints: the same job under another t, or one that needs
 * fewer of the same inputs. Jobs of new inputs get null.
 */
export function carryGrams(before: Pick<Plan, 'jobs'>, grams: PlanGrams, after: Pick<Plan, 'jobs'>): PlanGrams {
  const byName = new Map(before.jobs.map((job, index) => [job.name, index]))
  return after.jobs.map((job, index) => {
    const at = before.jobs[index]?.name === job.name ? index : byName.get(job.name)
    const known = at === undefined ? null : (grams[at] ?? null)
    const old = at === undefined ? undefined : before.jobs[at]
    return known === null || old === undefined ? null : carry(old, known, job)
  })
}

function carry(old: Job, grams: JobGrams, job: Job): JobGrams | null {
  if (job.segments.length !== old.segments.length || job.segments.length === 0) return null
  for (const [index, { from, to }] of job.segments.entries()) {
    if (old.segments[index]?.from !== from || old.segments[index]?.to !== to) return null
  }
  const places = job.inputs.map(({ source, round }) =>
    old.inputs.findIndex(
      (input) => input.round === round && old.sources[input.source]?.tensor === job.sources[source]?.tensor,
    ),
  )
  if (places.includes(-1)) return null
  for (const [index, { inputs }] of job.segments.entries()) {
    // What was left out of these rows before was not read there.
    if (inputs.some((input) => !old.segments[index]?.inputs.includes(places[input] ?? -1))) return null
  }
  if (places.length === old.inputs.length && places.every((place, i) => place === i)) return grams
  return grams.map((segment) => select(segment, places, old.inputs.length))
}

/** The matrices of some of the inputs, in another order. */
function select(segment: SegmentGram, places: readonly number[], inputs: number): SegmentGram {
  const pick = (values: Float64Array): Float64Array => Float64Array.from(places, (place) => values[place] ?? 0)
  const pickPairs = (values: Float64Array): Float64Array =>
    Float64Array.from(places.flatMap((i) => places.map((j) => values[i * inputs + j] ?? 0)))
  const tiles: TileSums | null = segment.tiles && {
    ...segment.tiles,
    grams: eachTile(segment.tiles.grams, inputs * inputs, pickPairs),
    sums: eachTile(segment.tiles.sums, inputs, pick),
  }
  return {
    gram: pickPairs(segment.gram),
    sums: pick(segment.sums),
    elements: segment.elements,
    // Differences from another first input would be a basis of their own.
    differences: segment.differences !== null && places[0] === 0 ? pickPairs(segment.differences) : null,
    tiles,
  }
}

function eachTile(values: Float64Array, size: number, pick: (tile: Float64Array) => Float64Array): Float64Array {
  const tiles = Array.from({ length: values.length / size }, (_, k) => pick(values.subarray(k * size, (k + 1) * size)))
  return Float64Array.from(tiles.flatMap((tile) => [...tile]))
}
