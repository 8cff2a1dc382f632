import type { Engine } from '../engine/engine.ts'
import { createWasmEngine } from '../engine/index.ts'
import type { Checkpoint, WeightFile } from '../formats/checkpoint.ts'
import { type JsonObject, jsonArray, jsonInteger } from '../formats/json.ts'
import { readJsonObject } from '../formats/json-file.ts'
import type { Job } from '../plan/plan.ts'
import { StudioError } from '../problem.ts'
import { holdFiles } from './held-files.ts'
import { readLlamaConfig } from './llama/llama-config.ts'
import { LlamaModel } from './llama/llama-model.ts'
import { loadWeights } from './load-weights.ts'
import { lossOf, type TextLoss } from './loss.ts'
import { MergedWeights } from './merged-weights.ts'
import { type SpeakRequest, speak } from './speak.ts'
import { readTextTokenizer, type TextTokenizer } from './text/text-tokenizer.ts'

/** What is tasted of a checkpoint. */
export type TasteInput = Pick<Checkpoint, 'name' | 'files' | 'tensors' | 'config' | 'sidecars'>

/** A merge as the panel needs it. */
export interface TasteMerge {
  readonly jobs: readonly Job[]
  /** The merged model's config.json and tokenizer files, by name. */
  readonly files: ReadonlyMap<string, Blob>
}

/** Whose voice: a checkpoint by its place in the plan, or the merged model. */
export type Taster = number | 'merged'

/** Inputs up to this many bytes together are kept in memory, so that a merge reads nothing from disk. */
const HELD_BYTES = 512 * 2 ** 20

/** A model that is ready to speak. */
interface Speaker {
  readonly model: LlamaModel
  readonly tokenizer: TextTokenizer
  /** Ids that end a text. */
  readonly ends: ReadonlySet<number>
}

/**
 * Hears what checkpoints and their merge say, all in memory: the merged weights are made by the engine and the plan that a merge to disk
 * uses, and run in a small forward pass. One thing at a time: requests wait for each other.
 */
export class Tasting {
  readonly #engine: Engine
  readonly #inputs: readonly TasteInput[]
  readonly #files: readonly (readonly WeightFile[])[]
  readonly #weights: MergedWeights
  readonly #speakers = new Map<number, Speaker>()
  #merged: (Speaker & { readonly shape: string }) | null = null
  #merge: TasteMerge | null = null
  #queue: Promise<unknown> = Promise.resolve()

  /** @throws StudioError where a file cannot be read, or the browser has no WebAssembly SIMD */
  static async create(inputs: readonly TasteInput[]): Promise<Tasting> {
    const bytes = inputs.flatMap(({ files }) => files).reduce((sum, { blob }) => sum + blob.size, 0)
    const files =
      bytes <= HELD_BYTES
        ? await Promise.all(inputs.map((input) => holdFiles(input.files)))
        : inputs.map((input) => input.files)
    return new Tasting(await createWasmEngine(), inputs, files)
  }

  private constructor(engine: Engine, inputs: readonly TasteInput[], files: readonly (readonly WeightFile[])[]) {
    this.#engine = engine
    this.#inputs = inputs
    this.#files = files
    this.#weights = new MergedWeights(engine, files)
  }

  /** Sets what the merged model is; its weights are made when it is next heard. */
  setMerge(merge: TasteMerge): void {
    this.#merge = merge
  }

  /** Lets one of them go on from a prompt. @see speak */
  speak(who: Taster, request: SpeakRequest, onText: (text: string) => void, signal: AbortSignal): Promise<string> {
    return this.#inTurn(async () => {
      const { model, tokenizer, ends } = await this.#speaker(who, signal)
      return speak(model, tokenizer, ends, request, onText, signal)
    }, signal)
  }

  /** Loss of one of them on some texts. @see lossOf */
  loss(who: Taster, texts: readonly string[], signal: AbortSignal): Promise<TextLoss> {
    return this.#inTurn(async () => {
      const { model, tokenizer } = await this.#speaker(who, signal)
      return lossOf(model, tokenizer, texts)
    }, signal)
  }

  /** The model of one of them, with its weights. */
  async modelOf(who: Taster, signal: AbortSignal): Promise<LlamaModel> {
    return (await this.#inTurn(() => this.#speaker(who, signal), signal)).model
  }

  #inTurn<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const turn = this.#queue.then(() => {
      signal.throwIfAborted()
      return task()
    })
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  async #speaker(who: Taster, signal: AbortSignal): Promise<Speaker> {
    if (who === 'merged') return this.#mergedSpeaker(signal)
    const known = this.#speakers.get(who)
    if (known !== undefined) return known
    const input = this.#inputs[who]
    if (input === undefined) throw new Error(`there is no checkpoint ${who}`)
    if (input.config === null) throw new StudioError(`${input.name} has no config.json: it cannot be tasted.`)
    const model = await LlamaModel.create(readLlamaConfig(input.config))
    await loadWeights(model, { files: this.#files[who] ?? [], tensors: input.tensors })
    const tokenizer = await readTextTokenizer(input.sidecars)
    const speaker = { model, tokenizer, ends: await readEnds(input.config, input.sidecars) }
    this.#speakers.set(who, speaker)
    return speaker
  }

  async #mergedSpeaker(signal: AbortSignal): Promise<Speaker> {
    const merge = this.#merge
    if (merge === null) throw new Error('the merge was not set')
    const config = await readFile(merge.files, 'config.json')
    const llama = readLlamaConfig(config)
    const shape = JSON.stringify([llama, await tokenizerText(merge.files)])
    if (this.#merged?.shape !== shape) {
      // Another shape or another tokenizer: nothing of the old model fits.
      this.#weights.forget()
      const model = await LlamaModel.create(llama)
      const tokenizer = await readTextTokenizer(merge.files)
      this.#merged = { model, tokenizer, ends: await readEnds(config, merge.files), shape }
    }
    await this.#weights.update(this.#merged.model, merge.jobs, signal)
    return this.#merged
  }

  destroy(): void {
    this.#engine.destroy()
  }
}

async function readFile(files: ReadonlyMap<string, Blob>, name: string): Promise<JsonObject> {
  const blob = files.get(name)
  if (blob === undefined) throw new StudioError(`The model has no ${name}: it cannot be tasted.`)
  return readJsonObject(name, blob)
}

async function tokenizerText(files: ReadonlyMap<string, Blob>): Promise<string> {
  return (await files.get('tokenizer.json')?.text()) ?? ''
}

/** eos_token_id of generation_config.json, else of config.json: a number or a list. */
async function readEnds(config: JsonObject, files: ReadonlyMap<string, Blob>): Promise<Set<number>> {
  const name = 'generation_config.json'
  const generation = files.has(name) ? await readFile(files, name) : null
  const found = generation?.get('eos_token_id') ?? config.get('eos_token_id')
  return new Set((jsonArray(found) ?? [found]).flatMap((id) => jsonInteger(id) ?? []))
}
