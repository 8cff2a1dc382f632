import type { Problem } from '../problem.ts'
import type { TensorInfo } from '../tensor/tensor.ts'
import type { JsonObject } from './json.ts'
import type { Vocabulary } from './tokenizer.ts'

/** The files of a model folder by name: what a reader is given. `Blob` is the whole interface to the disk (`size`, `slice`). */
export interface ModelFolder {
  readonly name: string
  readonly files: ReadonlyMap<string, Blob>
  /** Names of entries that are no files, such as sub-folders. */
  readonly folders?: readonly string[]
}

export interface WeightFile {
  readonly name: string
  readonly blob: Blob
}

/** An opened checkpoint. Only headers have been read. Plain data: it survives `structuredClone`. */
export interface Checkpoint {
  /** The folder's name. */
  readonly name: string
  readonly format: 'safetensors' | 'PyTorch'
  readonly files: readonly WeightFile[]
  readonly tensors: ReadonlyMap<string, TensorInfo>
  /** config.json, kept number for number; null where the folder has none. */
  readonly config: JsonObject | null
  /** Every other file that belongs to the model (tokenizer, generation config, licence, README), by name. */
  readonly sidecars: ReadonlyMap<string, Blob>
  /** Text of README.md, at most the first 64 KiB: licence lines and prompt format for the model card. */
  readonly readme: string | null
  /** Tokens and their rows, read after opening since it takes a while: absent until then, null where the folder has no tokenizer. */
  readonly vocabulary?: Vocabulary | null
  /** Warnings found on opening. */
  readonly problems: readonly Problem[]
}
