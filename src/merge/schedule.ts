import type { Plan, PlannedShard } from '../plan/plan.ts'

/** Shards written at once, and tensors in flight: one each. */
export const OPEN_SHARDS = 8

/**
 * The order in which jobs start: the tensors of `openShards` shards in turn, so that as many files are written at once. One file alone
 * takes a fraction of what a disk can give, since the browser handles each file's writes one after the other. Shards far above the others'
 * size, which one large tensor has for itself, come first: to close one takes long, and the end should not wait for it.
 *
 * @returns indices into `plan.jobs`
 */
export function mergeOrder(plan: Pick<Plan, 'shards'>, openShards: number): number[] {
  const order: number[] = []
  const queues = largestFirst(plan.shards).map((shard) => [...shard.jobs].sort((a, b) => a - b))
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

/** In their order, but for those of at least twice the usual size. */
function largestFirst(shards: Plan['shards']): readonly PlannedShard[] {
  const sizes = shards.map(({ byteLength }) => byteLength).sort((a, b) => a - b)
  const usual = sizes[sizes.length >> 1] ?? 0
  const rank = ({ byteLength }: PlannedShard): number => (byteLength >= 2 * usual ? byteLength : 0)
  return [...shards].sort((a, b) => rank(b) - rank(a))
}
