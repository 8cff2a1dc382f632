import { type Problem, StudioError, warning } from '../problem.ts'
import type { TensorInfo } from '../tensor/tensor.ts'
import type { Checkpoint, ModelFolder, WeightFile } from './checkpoint.ts'
import { mapConcurrently } from './concurrent.ts'
import type { JsonObject } from './json.ts'
import { readJsonObject } from './json-file.ts'
import { configuredMethod, findQuantisation } from './quantised.ts'
import { readReadme } from './readme.ts'
import { readSafetensors } from './safetensors.ts'
import { readShardIndex, type ShardIndex } from './shard-index.ts'
import { listSidecars } from './sidecars.ts'
import { readTorch } from './torch.ts'
import { chooseWeights, refuseUnfinished, type WeightChoice } from './weight-files.ts'

/** Headers read at once: enough to hide the disk's delay, few enough to leave the browser's file pool free. */
const HEADERS_AT_ONCE = 8
/** Names listed in one warning; the rest are counted. */
const NAMES_LISTED = 5
const LORA = /\.lora_(A|B|down|up|embedding_A|embedding_B)(\.|$)/

/**
 * Opens a checkpoint: finds its weights, reads their headers and config.json, and nothing else.
 * A folder with a single weight file of any name is a checkpoint too.
 * @throws StudioError with one sentence that names the folder or file, and the tensor where one is at fault
 */
export async function openCheckpoint(folder: ModelFolder): Promise<Checkpoint> {
  const choice = chooseWeights(folder)
  const index = await openIndex(folder, choice)
  refuseUnfinished(folder, index?.shards ?? choice.files)
  const files = (index?.shards ?? choice.files).map((name): WeightFile => ({ name, blob: fileOf(folder, name) }))
  const read = choice.format === 'safetensors' ? readSafetensorsShard : readTorch
  const shards = await mapConcurrently(files, HEADERS_AT_ONCE, (file, number) => read(file.name, file.blob, number))
  const problems = [...choice.problems, ...shards.flatMap((shard) => shard.problems)]
  const found = joinShards(files, shards)
  const tensors = index === null ? found : selectListed(index, files, found, problems)
  if (tensors.size === 0)
    throw new StudioError(
      `${files.map((file) => file.name).join(', ')}: there is no tensor in it: download it again, or open the folder that holds the weights.`,
    )
  refuseAdapter(folder.name, tensors)
  const configFile = folder.files.get('config.json')
  const config = configFile === undefined ? null : await readJsonObject('config.json', configFile)
  checkQuantisation(folder.name, tensors, config, problems)
  if (configFile === undefined) {
    const message = `${folder.name}: the folder has no config.json, which describes the model's architecture; add the one that belongs to the weights.`
    problems.push(warning(message, { where: folder.name }))
  }
  const beside = listSidecars(folder.files)
  return {
    name: folder.name,
    format: choice.format,
    files,
    tensors,
    config,
    sidecars: beside.sidecars,
    readme: await readReadme(folder),
    problems: [...problems, ...beside.problems],
  }
}

/** Quantised weights are refused; a config that calls full weights quantised is only named. */
function checkQuantisation(
  folder: string,
  tensors: ReadonlyMap<string, TensorInfo>,
  config: JsonObject | null,
  problems: Problem[],
): void {
  const found = findQuantisation(tensors, config)
  if (found !== null) {
    throw new StudioError(
      `${folder}: the weights are quantised (${found.method}; see the tensor "${found.tensor}"), and weights that were rounded to a few levels cannot be merged: take the original checkpoint, in 16 or 32 bits.`,
    )
  }
  const named = configuredMethod(config)
  if (named === null) return
  problems.push(
    warning(
      `${folder}: config.json says that the weights are quantised (${named}), but they are stored in full: they are merged as they are, and the result's config.json says nothing of it.`,
      { where: folder },
    ),
  )
}

/** An adapter under a name of its own looks like a checkpoint until its tensors are seen. */
function refuseAdapter(folder: string, tensors: ReadonlyMap<string, TensorInfo>): void {
  const lora = [...tensors.keys()].find((name) => LORA.test(name))
  if (lora === undefined) return
  throw new StudioError(
    `${folder}: this is an adapter (LoRA; see the tensor "${lora}"), which is only a change to a model: merge it into its base model first, for example with merge_and_unload() of the library peft, and open the result.`,
  )
}

function fileOf(folder: ModelFolder, name: string): Blob {
  const blob = folder.files.get(name)
  if (blob === undefined) throw new Error(`${folder.name} has no file ${name}`)
  return blob
}

async function openIndex(folder: ModelFolder, choice: WeightChoice): Promise<ShardIndex | null> {
  return choice.index === null ? null : readShardIndex(choice.index, fileOf(folder, choice.index), folder.files)
}

interface ShardContents {
  readonly tensors: readonly TensorInfo[]
  readonly problems: readonly Problem[]
}

async function readSafetensorsShard(name: string, blob: Blob, fileIndex: number): Promise<ShardContents> {
  const { tensors } = await readSafetensors(name, blob, fileIndex)
  return { tensors, problems: [] }
}

function joinShards(files: readonly WeightFile[], shards: readonly ShardContents[]): Map<string, TensorInfo> {
  const tensors = new Map<string, TensorInfo>()
  for (const tensor of shards.flatMap((shard) => shard.tensors)) {
    const other = tensors.get(tensor.name)
    if (other !== undefined) {
      throw new StudioError(
        `${files[other.file]?.name} and ${files[tensor.file]?.name}: tensor "${tensor.name}" is in both shards, and it is not clear which one counts: leave only the shards of one download in the folder.`,
      )
    }
    tensors.set(tensor.name, tensor)
  }
  return tensors
}

function selectListed(
  index: ShardIndex,
  files: readonly WeightFile[],
  found: ReadonlyMap<string, TensorInfo>,
  problems: Problem[],
): Map<string, TensorInfo> {
  const listed = new Map<string, TensorInfo>()
  for (const [name, shard] of index.weightMap) {
    const tensor = found.get(name)
    if (tensor === undefined) {
      throw new StudioError(
        `${shard}: tensor "${name}", which ${index.name} places there, is missing from the file: download both again, so that they are of one version.`,
      )
    }
    const actual = files[tensor.file]?.name
    if (actual !== shard) {
      throw new StudioError(
        `${index.name}: tensor "${name}" should be in ${shard}, but it is in ${actual}: download the index again, so that it is of the same version as the shards.`,
      )
    }
    listed.set(name, tensor)
  }
  const unlisted = [...found.keys()].filter((name) => !listed.has(name))
  if (unlisted.length > 0) {
    const names = unlisted.slice(0, NAMES_LISTED).join(', ')
    const rest = unlisted.length > NAMES_LISTED ? ` and ${unlisted.length - NAMES_LISTED} more` : ''
    const message = `${index.name}: left out tensors that the shards hold but the index does not list: ${names}${rest}.`
    problems.push(warning(message, { where: index.name }))
  }
  return listed
}
