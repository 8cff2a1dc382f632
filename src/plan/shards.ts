import { encodeSafetensorsHeader, type TensorToWrite } from '../formats/safetensors-header.ts'
import { bitsPerElement } from '../tensor/dtype.ts'
import type { PlannedShard } from './plan.ts'

/** The smallest and the largest shard that "automatic" chooses, and how many it aims at. */
const AUTOMATIC_SHARDS = 16
const SMALLEST_AUTOMATIC = 32 * 2 ** 20
const LARGEST_AUTOMATIC = 2 * 2 ** 30
/** The last shards are smaller, down to this share of the others: nothing is left to do while they are closed. Each has a part of what is left. */
const [LAST_SHARE, PART_LEFT] = [1 / 8, 1 / 4]

export interface ShardPlace {
  readonly shard: number
  /** Byte offset of the data in that file. */
  readonly offset: number
}

/**
 * Shard size for an output of `totalBytes`: a function of that alone, so that the same merge always writes the same files.
 * A browser hashes each file while it closes it, at about 100 MB/s a file but several at a time: about 16 shards keep closes short
 * beside the writing, and each of them costs the browser some of its time.
 */
function automaticShardBytes(totalBytes: number): number {
  return Math.min(LARGEST_AUTOMATIC, Math.max(SMALLEST_AUTOMATIC, Math.ceil(totalBytes / AUTOMATIC_SHARDS)))
}

/** @returns how large the next shard may be, where `left` bytes are not yet in one */
export type ShardLimit = (left: number) => number

/** The sizes that "automatic" chooses for an output of `totalBytes`. */
export function automaticShards(totalBytes: number): ShardLimit {
  const usual = automaticShardBytes(totalBytes)
  const smallest = Math.max(SMALLEST_AUTOMATIC, LAST_SHARE * usual)
  return (left) => Math.min(usual, Math.max(smallest, PART_LEFT * left))
}

/**
 * Distributes tensors over shards in their order; a tensor larger than a shard gets one of its own.
 * Within a shard wider dtypes come first, so that every tensor's data is aligned to its element.
 *
 * @param metadata written into every shard's header
 */
export function layOutShards(
  tensors: readonly TensorToWrite[],
  limitOf: ShardLimit,
  metadata: ReadonlyMap<string, string> = new Map([['format', 'pt']]),
): { shards: PlannedShard[]; places: ShardPlace[] } {
  const groups: number[][] = []
  let left = tensors.reduce((sum, { byteLength }) => sum + byteLength, 0)
  let room = Number.NEGATIVE_INFINITY
  for (const [index, { byteLength }] of tensors.entries()) {
    if (byteLength > room) {
      groups.push([])
      room = limitOf(left)
    }
    groups.at(-1)?.push(index)
    room -= byteLength
    left -= byteLength
  }
  const places: ShardPlace[] = new Array<ShardPlace>(tensors.length)
  const shards = groups.map((group, shard): PlannedShard => {
    const jobs = group
      .map((index) => ({ index, tensor: tensors[index] as TensorToWrite }))
      .sort((a, b) => bitsPerElement(b.tensor.dtype) - bitsPerElement(a.tensor.dtype) || a.index - b.index)
    const { header, offsets, byteLength } = encodeSafetensorsHeader(
      jobs.map(({ tensor }) => tensor),
      metadata,
    )
    for (const [k, { index }] of jobs.entries()) places[index] = { shard, offset: offsets[k] ?? 0 }
    return { name: shardName(shard, groups.length), byteLength, header, jobs: jobs.map(({ index }) => index) }
  })
  return { shards, places }
}

function shardName(index: number, count: number): string {
  const number = (n: number) => String(n).padStart(5, '0')
  return `model-${number(index + 1)}-of-${number(count)}.safetensors`
}

/** The text of model.safetensors.index.json. */
export function shardIndex(
  tensors: readonly TensorToWrite[],
  places: readonly ShardPlace[],
  shards: readonly PlannedShard[],
): string {
  const total = tensors.reduce((sum, tensor) => sum + tensor.byteLength, 0)
  const entries = tensors
    .map((tensor, index) => [tensor.name, shards[places[index]?.shard ?? 0]?.name ?? ''] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const map = entries.map(([name, file]) => `    ${JSON.stringify(name)}: ${JSON.stringify(file)}`)
  return `{\n  "metadata": {\n    "total_size": ${total}\n  },\n  "weight_map": {\n${map.join(',\n')}\n  }\n}\n`
}
