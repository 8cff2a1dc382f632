import { StudioError } from '../problem.ts'
import { readRange } from './blob.ts'
import { describeJson, type JsonObject, jsonObject } from './json.ts'
import { parseJsonBytes } from './json-parser.ts'
import { recogniseFile } from './recognise.ts'

/** Configs have a few kB and the index of the largest model has some MB; what is larger is no such file. */
const MAX_JSON_BYTES = 64 * 1024 * 1024

/**
 * Reads a JSON file whose content is an object: config.json, a shard index.
 * @throws StudioError naming the file
 */
export async function readJsonObject(name: string, blob: Blob): Promise<JsonObject> {
  if (blob.size > MAX_JSON_BYTES) {
    throw new StudioError(
      `${name}: the file has ${blob.size} bytes, too many for JSON of its kind (at most ${MAX_JSON_BYTES}).`,
    )
  }
  const bytes = await readRange({ name, blob }, 0, blob.size, 'the text')
  const kind = recogniseFile(bytes)
  if (kind !== null) throw new StudioError(`${name}: not a JSON file but ${kind}.`)
  const value = parseJsonBytes(bytes, name)
  const object = jsonObject(value)
  if (object === null)
    throw new StudioError(`${name}: expected a JSON object, found ${describeJson(value)}: download the file again.`)
  return object
}
