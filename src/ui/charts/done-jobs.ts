import type { MergeProgress } from '../../merge/report.ts'
import { mergeOrder, OPEN_SHARDS } from '../../merge/schedule.ts'
import type { Plan } from '../../plan/plan.ts'

/**
 * Jobs that a running merge has finished, with those of an earlier run whose shards were kept. The others start in a known order: those
 * that have started and are not in flight are done.
 */
export function doneJobs(plan: Plan, progress: MergeProgress | null): ReadonlySet<number> {
  if (progress === null) return new Set()
  const { tensorsDone, current, keptShards, phase } = progress
  const kept = keptShards.flatMap((shard) => plan.shards[shard]?.jobs ?? [])
  if (phase === 'starting' || phase === 'checking') return new Set(kept)
  if (phase !== 'merging') return new Set(plan.jobs.keys())
  const isKept = new Set(kept)
  const inFlight = new Set(current)
  const started = mergeOrder(plan, OPEN_SHARDS)
    .filter((job) => !isKept.has(job))
    .slice(0, tensorsDone - kept.length + current.length)
  return new Set([...kept, ...started.filter((job) => !inFlight.has(plan.jobs[job]?.name ?? ''))])
}
