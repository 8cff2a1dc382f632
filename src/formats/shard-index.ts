import { StudioError } from '../problem.ts'
import { describeJson, jsonObject, jsonString } from './json.ts'
import { readJsonObject } from './json-file.ts'
import { unfinishedName } from './weight-files.ts'

/** Which shard each tensor lies in, as model.safetensors.index.json or pytorch_model.bin.index.json says. */
export interface ShardIndex {
  /** Name of the index file, for messages. */
  readonly name: string
  /** File name of the shard by tensor name. Every shard is a plain name of a file in the folder. */
  readonly weightMap: ReadonlyMap<string, string>
  /** The shards, sorted by name. */
  readonly shards: readonly string[]
}

/**
 * Reads a shard index and checks that all its shards are in the folder.
 * @param files the files of the folder by name
 * @throws StudioError naming the index, and the tensor and the shard where one is at fault
 */
export async function readShardIndex(name: string, blob: Blob, files: ReadonlyMap<string, Blob>): Promise<ShardIndex> {
  const member = (await readJsonObject(name, blob)).get('weight_map')
  const entries = jsonObject(member)
  if (entries === null) {
    throw new StudioError(
      `${name}: expected an object named weight_map, found ${describeJson(member)}: download the index again.`,
    )
  }
  if (entries.size === 0)
    throw new StudioError(
      `${name}: the weight_map is empty, so the checkpoint has no tensors: download the index again.`,
    )
  // File systems differ in how they spell an accented letter; the index is matched whichever way the folder does.
  const spelt = new Map([...files.keys()].map((key) => [key.normalize('NFC'), key]))
  const weightMap = new Map<string, string>()
  const missing = new Map<string, string>()
  for (const [tensor, value] of entries) {
    const entry = jsonString(value)
    if (entry === null || !isPlainName(entry)) {
      throw new StudioError(
        `${name}: tensor "${tensor}" is said to lie in ${describeJson(value)}, but only a plain name of a file in the same folder is allowed: download the index again from a source that you trust.`,
      )
    }
    const shard = files.has(entry) ? entry : spelt.get(entry.normalize('NFC'))
    if (shard === undefined) missing.set(entry, missing.get(entry) ?? tensor)
    else weightMap.set(tensor, shard)
  }
  const [first] = missing
  if (first !== undefined) {
    const shards = new Set(entries.values()).size
    const others = missing.size === 1 ? '' : `, and ${missing.size - 1} more of ${shards} shards are missing`
    const unfinished = unfinishedName(files.keys(), first[0])
    const advice =
      unfinished !== null
        ? `${unfinished} is an unfinished download: finish it, and open the folder again`
        : missing.size === shards
          ? 'finish the download; if the shards are symbolic links, as in the Hugging Face cache, a browser cannot see them: copy the model into a folder of its own'
          : 'finish the download, and open the folder again'
    throw new StudioError(
      `${first[0]}: this shard is missing from the folder; ${name} says it holds "${first[1]}"${others}: ${advice}.`,
    )
  }
  return { name, weightMap, shards: [...new Set(weightMap.values())].sort() }
}

/** No separators, no drive letters, no step upwards, no control characters: a name that can only mean a file of this folder. */
function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\:\p{Cc}]/u.test(name)
}
