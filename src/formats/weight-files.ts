import { type Problem, StudioError, warning } from '../problem.ts'
import type { Checkpoint, ModelFolder } from './checkpoint.ts'

/** Which files of a folder hold the weights. */
export interface WeightChoice {
  readonly format: Checkpoint['format']
  /** Name of the shard index; null where the files speak for themselves. */
  readonly index: string | null
  /** Names of the weight files; empty where the index names them. */
  readonly files: readonly string[]
  readonly problems: readonly Problem[]
}

const FORMATS = [
  { format: 'safetensors', suffix: /\.safetensors$/, whole: 'model.safetensors' },
  { format: 'PyTorch', suffix: /\.(bin|pt|pth)$/, whole: 'pytorch_model.bin' },
] as const

/** Files with a weight file's suffix that are not the model: the trainer's state, adapters, Mistral's second copy. */
const NOT_THE_MODEL = /^(training_args|optimizer|scheduler|scaler|rng_state|adapter_|consolidated|trainer_state)/
const ADAPTER = /^adapter_(config\.json|model\.|weights\.)/
const UNFINISHED = /\.(incomplete|crdownload|part|partial|download|aria2)$/
const NUMBERED = /^(.*)-(\d{5})-of-(\d{5})(\.\w+)$/

/**
 * Finds the weights of a folder: safetensors before PyTorch; an index first, then the usual single file, then a complete
 * numbered set, then the only weight file there is.
 * @throws StudioError naming the folder where there are none, or where it is not clear which are meant
 */
export function chooseWeights(folder: ModelFolder): WeightChoice {
  // macOS leaves a file "._NAME" beside each file on foreign disks.
  const names = [...folder.files.keys()].filter((name) => !name.startsWith('.')).sort()
  for (const { format, suffix, whole } of FORMATS) {
    const indexes = names.filter(
      (name) => name.endsWith('.index.json') && suffix.test(name.slice(0, -'.index.json'.length)),
    )
    const index =
      indexes.find((name) => name === `${whole}.index.json`) ?? (indexes.length === 1 ? indexes[0] : undefined)
    if (index !== undefined) return { format, index, files: [], problems: [] }
    if (folder.files.has(whole)) return { format, index: null, files: [whole], problems: [] }
    const files = names.filter((name) => suffix.test(name) && !NOT_THE_MODEL.test(name))
    if (files.length > 0) return { format, index: null, ...chooseUnindexed(folder.name, files, `${whole}.index.json`) }
  }
  throw new StudioError(explainNoWeights(folder, names))
}

/**
 * Refuses weight files that aria2 is still filling: it reserves their whole size first, so that nothing in them tells.
 * Files that other programs leave (NAME.part and the like) don't matter where the file itself is whole.
 */
export function refuseUnfinished(folder: ModelFolder, files: readonly string[]): void {
  const file = files.find((name) => folder.files.has(`${name}.aria2`))
  if (file === undefined) return
  throw new StudioError(
    `${file}: the download is not finished, since ${file}.aria2 lies beside it in the folder ${folder.name}: let aria2 go on until that file is gone.`,
  )
}

/** The name of a download that was not finished, if there is one: that of `file` first. */
export function unfinishedName(names: Iterable<string>, file: string): string | null {
  const found = [...names].filter((name) => UNFINISHED.test(name)).sort()
  return found.find((name) => name.startsWith(file)) ?? found[0] ?? null
}

function chooseUnindexed(
  folder: string,
  files: readonly string[],
  index: string,
): { files: readonly string[]; problems: readonly Problem[] } {
  const parts = files.map((name) => NUMBERED.exec(name)).filter((part) => part !== null)
  if (files.length === 1 && parts.length === 0) return { files, problems: [] }
  const [first] = parts
  const oneSet = parts.every((part) => part[1] === first?.[1] && part[3] === first?.[3] && part[4] === first?.[4])
  if (first === undefined || parts.length < files.length || !oneSet) {
    throw new StudioError(
      `${folder}: the folder has ${files.length} weight files and no ${index} that says how they belong together (${files.slice(0, 4).join(', ')}${files.length > 4 ? ', ...' : ''}); leave only one model's files in it.`,
    )
  }
  const [, stem, , total, suffix] = first
  for (let number = 1; number <= Number(total); number++) {
    const name = `${stem}-${String(number).padStart(5, '0')}-of-${total}${suffix}`
    if (!files.includes(name)) {
      throw new StudioError(
        `${name}: this shard is missing from the folder ${folder}, and so is ${index}: finish the download, or leave only one model's files in the folder.`,
      )
    }
  }
  const message = `${folder}: ${index} is missing; all ${files.length} shards are there, and each was taken as a whole.`
  return { files, problems: [warning(message, { where: folder })] }
}

function explainNoWeights(folder: ModelFolder, names: readonly string[]): string {
  const where = `${folder.name}: the folder has no weights that can be opened`
  const gguf = names.find((name) => name.endsWith('.gguf'))
  if (gguf !== undefined) {
    return `${where}: ${gguf} is a GGUF file, a quantised format of llama.cpp that cannot be merged: take the original checkpoint, in 16 or 32 bits.`
  }
  if (names.some((name) => ADAPTER.test(name))) {
    return `${where}: it holds an adapter (LoRA), which is only a change to a model: merge it into its base model first, for example with merge_and_unload() of the library peft, and open the result.`
  }
  const unfinished = names.find((name) => UNFINISHED.test(name))
  if (unfinished !== undefined)
    return `${where}: ${unfinished} is an unfinished download: finish it, and open the folder again.`
  const folders = folder.folders ?? []
  if (folder.name.startsWith('models--') || folders.includes('snapshots') || folders.includes('blobs')) {
    return `${where}: it is part of the Hugging Face cache, which is made of symbolic links that a browser cannot see; download the model with "hf download NAME --local-dir FOLDER" and open that folder.`
  }
  const consolidated = names.find((name) => name.startsWith('consolidated'))
  if (consolidated !== undefined) {
    return `${where}: ${consolidated} is in the maker's own layout: take the same model in the Hugging Face layout, with config.json and model.safetensors or its shards.`
  }
  const foreign = names.find((name) => /\.(h5|msgpack|onnx|ckpt|npz|pkl)$/.test(name))
  if (foreign !== undefined)
    return `${where}: ${foreign} is of a kind that cannot be read here: take the same model as safetensors or PyTorch files.`
  if (folders.length > 0) {
    const some = folders.slice(0, 4).join(', ')
    return `${where}, only ${names.length === 0 ? '' : `${plural(names.length, 'other file')} and `}folders (${some}${folders.length > 4 ? ', ...' : ''}): open the one of them that holds the weights and config.json.`
  }
  return `${where}: expected model.safetensors, pytorch_model.bin or their shards, found ${names.length === 0 ? 'no files' : plural(names.length, 'other file')}; if they are symbolic links, as in the Hugging Face cache, a browser cannot see them.`
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`
}
