import type { MergeProgress } from '../../merge/report.ts'
import { mergeOrder, OPEN_SHARDS } from '../../merge/schedule.ts'
import type { Plan } from '../../plan/plan.ts'

/**
 * Jobs that a running merge has finished. Jobs start in a known order: those that have started and are not in flight are done.
 */
export function doneJobs(plan: Plan, progress: MergeProgress | null): ReadonlySet<number> {
  if (progress === null) return new Set()
  const { tensorsDone, current } = progress
  if (progress.phase !== 'starting' && progress.phase !== 'merging') return new Set(plan.jobs.keys())
  const inFlight = new Set(current)
  const started = mergeOrder(plan, OPEN_SHARDS).slice(0, tensorsDone + current.length)
  return new Set(started.filter((job) => !inFlight.has(plan.jobs[job]?.name ?? '')))
}
