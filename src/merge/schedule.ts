import type { Plan, PlannedShard } from '../plan/plan.ts'

/** Tensors in flight. */
export const TENSORS_IN_FLIGHT = 8

/** Shards written at once. With more, more is lost when the browser ends in the middle, and most closes fall together at the end. */
export const OPEN_SHARDS = 4

/**
 * The order in which jobs start. As many shards are written at once as `openShards` says, since the browser handles each file's writes one
 * after the other; and each is ahead of the next by its share, so that shards end one by one: to close one takes about as long as to write it,
 * and closes that fall together leave the rest of the machine waiting. Shards far above the others' size, which one large tensor has for itself,
 * come first.
 *
 * @returns indices into `plan.jobs`
 */
export function mergeOrder(plan: Pick<Plan, 'shards'>, openShards: number): number[] {
  const turns: { readonly job: number; readonly at: number }[] = []
  const ends: number[] = []
  for (const { jobs, byteLength } of largestFirst(plan.shards)) {
    const begin = ends.at(-openShards) ?? 0
    const end = (ends.at(-1) ?? 0) + byteLength
    ends.push(end)
    const step = (end - begin) / jobs.length
    for (const [i, job] of [...jobs].sort((a, b) => a - b).entries()) turns.push({ job, at: begin + (i + 1) * step })
  }
  return turns.sort((a, b) => a.at - b.at).map(({ job }) => job)
}

/** In their order, but for those of at least twice the usual size. */
function largestFirst(shards: Plan['shards']): readonly PlannedShard[] {
  const sizes = shards.map(({ byteLength }) => byteLength).sort((a, b) => a - b)
  const usual = sizes[sizes.length >> 1] ?? 0
  const rank = ({ byteLength }: PlannedShard): number => (byteLength >= 2 * usual ? byteLength : 0)
  return [...shards].sort((a, b) => rank(b) - rank(a))
}
