import { isLitter } from '../files/litter.ts'
import type { Sink } from '../files/sink.ts'
import { SHARD_INDEX } from '../plan/output-files.ts'
import { decodePartial, isOurs, isSameMerge, isShardName, PARTIAL_FILE, type Partial, swapTarget } from './partial.ts'

/** A record of ten thousand tensors has a megabyte; what is much larger is not one. */
const MAX_PARTIAL_BYTES = 64 * 2 ** 20

/** What lies in an output folder. */
export interface FolderContent {
  /** The record of the unfinished merge, from the folder and, where it has more, from the browser's storage; null: none can be read. */
  readonly partial: Partial | null
  /** Shards whose content is there and on record; whether it is still the same is seen when it is hashed. */
  readonly finishedShards: number
  /** Bytes of these shards. */
  readonly finishedBytes: number
  /** Names that a merge of ours gave, swap files among them. */
  readonly ours: readonly string[]
  /** Names of everything else. */
  readonly others: readonly string[]
}

/** True where there is an unfinished merge of ours and nothing else. */
export function isUnfinished(content: FolderContent): boolean {
  return content.ours.length > 0 && content.others.length === 0
}

/**
 * Lists an output folder and reads its record.
 * @param stored what the browser's storage knows of this folder
 */
export async function inspectFolder(sink: Sink, stored: Partial | null): Promise<FolderContent> {
  const names = (await sink.list()).filter((name) => !isLitter(name)).toSorted()
  const inFolder = names.includes(PARTIAL_FILE) ? await readPartial(sink) : null
  const partial = union(inFolder, stored)
  // Without a record in the folder, shards with an index are a finished model: ours, or somebody else's.
  const recorded = names.some((name) => (swapTarget(name) ?? name) === PARTIAL_FILE)
  const begun = recorded || (stored !== null && !names.includes(SHARD_INDEX))
  const ours = begun ? names.filter((name) => isOurs(name, partial)) : []
  let [finishedShards, finishedBytes] = [0, 0]
  for (const shard of partial?.finished ?? []) {
    if (!ours.includes(shard.name)) continue
    const { size } = await sink.open(shard.name)
    if (size !== shard.byteLength) continue
    finishedShards++
    finishedBytes += size
  }
  return { partial, finishedShards, finishedBytes, ours, others: names.filter((name) => !ours.includes(name)) }
}

/** Removes what a merge of ours left behind. */
export async function cleanFolder(sink: Sink, { ours }: FolderContent): Promise<void> {
  // The record last: until then the folder is known as ours.
  const order = [...ours].sort((a, b) => Number(a === PARTIAL_FILE) - Number(b === PARTIAL_FILE))
  for (const name of order) await sink.remove(name)
}

/** Swap files, and shards that are not on record: they cannot be checked, and are made anew. */
export function leftovers({ ours }: FolderContent, kept: ReadonlySet<string>): string[] {
  return ours.filter((name) => swapTarget(name) !== null || (isShardName(name) && !kept.has(name)))
}

async function readPartial(sink: Sink): Promise<Partial | null> {
  const blob = await sink.open(PARTIAL_FILE)
  return blob.size > MAX_PARTIAL_BYTES ? null : decodePartial(await blob.text())
}

/** The folder's record speaks; shards that only the browser's storage has are added where it is the same merge. */
function union(inFolder: Partial | null, stored: Partial | null): Partial | null {
  if (inFolder === null) return stored
  if (stored === null || !isSameMerge(inFolder, stored)) return inFolder
  const known = new Set(inFolder.finished.map(({ name }) => name))
  return { ...inFolder, finished: [...inFolder.finished, ...stored.finished.filter(({ name }) => !known.has(name))] }
}
