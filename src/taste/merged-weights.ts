import type { Engine } from '../engine/engine.ts'
import type { WeightFile } from '../formats/checkpoint.ts'
import { type MergeSink, mergeTensor } from '../merge/merge-tensor.ts'
import { OutputBuffers } from '../merge/output-buffers.ts'
import type { Job } from '../plan/plan.ts'

import type { LlamaModel } from './llama/llama-model.ts'

/** Far above what a model that can be tasted needs. */
const MEMORY_BUDGET = 2 ** 30

/** Merges a plan's tensors into a model in memory: what a merge would write to disk, byte for byte. */
export class MergedWeights {
  readonly #engine: Engine
  readonly #files: readonly (readonly WeightFile[])[]
  readonly #buffers = new OutputBuffers()
  /** What each tensor of the model was made by. */
  readonly #made = new Map<string, string>()

  /** @param files weight files by checkpoint of the plan */
  constructor(engine: Engine, files: readonly (readonly WeightFile[])[]) {
    this.#engine = engine
    this.#files = files
  }

  /**
   * Makes those tensors of the model that its plan makes in another way than last time.
   * @returns how many were made
   * @throws StudioError naming file and tensor where an input cannot be read; DOMException AbortError when `signal` is aborted
   */
  async update(model: LlamaModel, jobs: readonly Job[], signal: AbortSignal): Promise<number> {
    const wanted = new Set(model.weights.names())
    let made = 0
    for (const job of jobs) {
      if (!wanted.has(job.name)) continue
      const way = wayOf(job)
      if (way !== null && this.#made.get(job.name) === way) continue
      signal.throwIfAborted()
      // Until it is made, the model has neither the old tensor nor the new one.
      this.#made.delete(job.name)
      model.weights.set(job.name, await this.#make(job, signal), job.dtype, job.shape)
      if (way !== null) this.#made.set(job.name, way)
      made++
    }
    return made
  }

  /** Makes all anew next time: for another model. */
  forget(): void {
    this.#made.clear()
  }

  async #make(job: Job, signal: AbortSignal): Promise<Uint8Array> {
    const bytes = new Uint8Array(job.byteLength)
    await mergeTensor(job, sinkInto(bytes), {
      engine: this.#engine,
      files: this.#files,
      memoryBudget: MEMORY_BUDGET,
      signal,
      onRead: () => undefined,
      buffers: this.#buffers,
    })
    return bytes
  }
}

function sinkInto(bytes: Uint8Array): MergeSink {
  let at = 0
  return {
    write: async (piece) => {
      bytes.set(piece, at)
      at += piece.length
    },
    end: async () => undefined,
  }
}

/** All that a job's bytes follow from, but for the files; null where that is too much to compare. */
function wayOf(job: Job): string | null {
  if (job.segments.some(({ gather }) => gather !== undefined)) return null
  const sources = job.sources.map(({ checkpoint, tensor }) => [checkpoint, tensor.name])
  return JSON.stringify([job.dtype, job.shape, sources, job.inputs, job.segments, job.stages])
}
