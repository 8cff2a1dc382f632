import type { GramPart } from '../engine/engine.ts'
import type { JobGrams } from '../geometry/index.ts'
import type { Job } from '../plan/plan.ts'
import { spreadGram } from './gram-parts.ts'
import { rowElements } from './tiles.ts'

/**
 * What was summed over all elements of a job, as geometry takes it.
 * @param totals by row segment, over the inputs that the segment has
 * @param differences the same from differences, where they were summed
 */
export function capturedGrams(
  job: Job,
  totals: readonly GramPart[],
  differences: readonly (GramPart | null)[] = [],
): JobGrams {
  const n = job.inputs.length
  return job.segments.flatMap(({ from, to, inputs }, index) => {
    const total = totals[index]
    if (total === undefined) return []
    const apart = differences[index] ?? null
    const sums = new Float64Array(n)
    for (const [k, input] of inputs.entries()) sums[input] = total.sums[k] ?? 0
    return {
      gram: spreadGram(total, inputs, n),
      sums,
      elements: (to - from) * rowElements(job),
      differences: apart === null ? null : spreadGram(apart, inputs, n),
      tiles: null,
    }
  })
}
