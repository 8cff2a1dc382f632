import { isLitter } from '../files/litter.ts'
import type { Sink } from '../files/sink.ts'
import { canonical } from '../plan/fingerprint.ts'
import type { Plan } from '../plan/plan.ts'
import { StudioError } from '../problem.ts'
import { findDifference } from '../writer/check-shard.ts'
import { isSameMerge, newPartial, type Partial } from '../writer/partial.ts'
import { HasherPool } from '../writer/tensor-hash.ts'
import { inspectFolder, leftovers } from '../writer/unfinished.ts'
import type { Tally } from './tally.ts'

export interface KeptShards {
  /** The merge's record, with what is finished of it. */
  readonly partial: Partial
  /** Indices into the plan's shards. */
  readonly shards: ReadonlySet<number>
}

interface Parts {
  readonly plan: Plan
  readonly sink: Sink
  readonly signal: AbortSignal
  readonly resume?: { readonly stored: Partial | null }
}

/**
 * Looks at the output folder before a merge. Without `resume` it must be empty. With it, finished shards are re-read and compared with the
 * record, hash by hash; those that are as they were are kept, and everything else of ours is removed: swap files of a killed browser, and
 * shards that are torn, changed or not on record.
 *
 * @throws StudioError where the folder has other files, or an unfinished merge of another kind
 */
export async function keepFinished({ plan, sink, signal, resume }: Parts, tally: Tally): Promise<KeptShards> {
  const begun = newPartial(plan, await planHash(plan))
  if (resume === undefined) {
    const found = (await sink.list()).filter((name) => !isLitter(name))
    if (found.length > 0) throw notEmpty(sink.name, found, 'choose an empty folder')
    return { partial: begun, shards: new Set() }
  }
  tally.phase = 'checking'
  const content = await inspectFolder(sink, resume.stored)
  if (content.others.length > 0) throw notEmpty(sink.name, content.others, 'take them out, or choose another folder')
  if (content.partial !== null && !isSameMerge(content.partial, begun)) {
    throw new StudioError(
      `The unfinished merge in "${sink.name}" is another one: its recipe, settings or models differ from these. Clean the folder, or choose another one.`,
    )
  }
  const pool = new HasherPool()
  const finished: Partial['finished'][number][] = []
  const shards = new Set<number>()
  for (const record of content.partial?.finished ?? []) {
    signal.throwIfAborted()
    const index = plan.shards.findIndex(({ name }) => name === record.name)
    const shard = plan.shards[index]
    if (shard === undefined || !content.ours.includes(shard.name)) continue
    const blob = await sink.open(shard.name)
    if ((await findDifference(blob, shard, plan.jobs, new Map(record.tensors), pool, signal)) !== null) continue
    finished.push(record)
    shards.add(index)
    tally.keep(
      index,
      plan.jobs.filter((job) => job.shard === index),
      shard.byteLength,
    )
  }
  for (const name of leftovers(content, new Set(finished.map(({ name: kept }) => kept)))) await sink.remove(name)
  return { partial: { ...begun, finished }, shards }
}

/** Hash of every decision that the bytes follow from; how tensors are read is none of them. */
async function planHash({ jobs, shards }: Plan): Promise<string> {
  const decisions = jobs.map(({ kind, bytesReadOnce: _once, bytesReadTwice: _twice, ...job }) => ({
    ...job,
    copy: kind === 'copy',
  }))
  return new HasherPool().hashBytes(new TextEncoder().encode(canonical({ decisions, shards })))
}

function notEmpty(folder: string, found: readonly string[], advice: string): StudioError {
  return new StudioError(
    `The folder "${folder}" is not empty (it has ${found.slice(0, 3).join(', ')}${found.length > 3 ? ', …' : ''}): ${advice}, nothing is ever overwritten.`,
  )
}
