import type { WeightFile } from '../formats/checkpoint.ts'
import type { JobGrams } from './grams.ts'
import { type SampledJob, sampleGram } from './sample.ts'
import { SAMPLING_BUDGET, type SamplingBudget } from './tile-choice.ts'

/** Tensors that are read at once: slices wait for the browser's file pool more than for the disk. */
const IN_FLIGHT = 4

/**
 * Samples the jobs with the given indices: first a few tiles of every tensor, spread over the depth of the model from the start, then the
 * rest of each one's budget.
 *
 * @param onGrams told each estimate; `last` says that no better one follows
 * @throws StudioError where a file cannot be read any more; the signal's reason when it is aborted
 */
export async function samplePlan(
  jobs: readonly SampledJob[],
  wanted: readonly number[],
  files: readonly (readonly WeightFile[])[],
  onGrams: (job: number, grams: JobGrams, last: boolean) => void,
  signal?: AbortSignal,
  budget: SamplingBudget = SAMPLING_BUDGET,
): Promise<void> {
  let queue = spread(wanted).flatMap((index) => {
    const job = jobs[index]
    return job === undefined ? [] : [{ index, estimates: sampleGram(job, files, budget, signal) }]
  })
  while (queue.length > 0) {
    const again: typeof queue = []
    const waiting = queue.values()
    const work = async (): Promise<void> => {
      for (const sampled of waiting) {
        const { value, done } = await sampled.estimates.next()
        if (done === true) continue
        const last = value.every(({ tiles }) => tiles === null || tiles.elements.length >= budget.tiles)
        onGrams(sampled.index, value, last)
        if (!last) again.push(sampled)
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, work))
    queue = again
  }
}

/** The same numbers in an order whose every beginning is spread over the whole: steps of the golden ratio. */
export function spread(numbers: readonly number[]): number[] {
  return numbers
    .map((number, place) => ({ number, key: (place * 0.618_033_988_749_895) % 1 }))
    .sort((a, b) => a.key - b.key)
    .map(({ number }) => number)
}
