import type { Plan } from '../plan/plan.ts'

/** Shards written at once, and tensors in flight: one each. */
export const OPEN_SHARDS = 4

/**
 * The order in which jobs start: the tensors of `openShards` shards in turn, so that as many files are written at once. One file alone
 * takes a fraction of what a disk can give, since the browser handles each file's writes one after the other.
 *
 * @returns indices into `plan.jobs`
 */
export function mergeOrder(plan: Plan, openShards: number): number[] {
  const order: number[] = []
  const queues = plan.shards.map((shard) => [...shard.jobs].sort((a, b) => a - b))
  const open = queues.splice(0, openShards)
  for (let turn = 0; open.length > 0; turn++) {
    const place = turn % open.length
    const job = open[place]?.shift()
    if (job !== undefined) order.push(job)
    if (open[place]?.length === 0) {
      const next = queues.shift()
      if (next === undefined) open.splice(place, 1)
      else open[place] = next
    }
  }
  return order
}
