import { expose, type Remote, transfer } from 'comlink'
import { createWasmEngine, type Engine } from '../../engine/index.ts'
import type { WeightFile } from '../../formats/checkpoint.ts'
import { type MergedTensor, mergeTensor } from '../merge-tensor.ts'
import { OutputBuffers } from '../output-buffers.ts'
import { type Work, watchEngine } from '../time-spent.ts'
import type { FileFacts, TensorHost, TensorTask, TensorThread } from './tensor-host.ts'

/** One thread's side: it computes tensors in WebAssembly, of what the host reads for it. */
class Thread implements TensorThread {
  readonly #running = new Map<number, AbortController>()
  readonly #buffers = new OutputBuffers()
  #host: Remote<TensorHost> | null = null
  #engine: Engine | null = null

  async begin(host: TensorHost): Promise<void> {
    // What comes through comlink is a remote, whatever was given to it.
    this.#host = host as unknown as Remote<TensorHost>
    this.#engine = await createWasmEngine()
  }

  async merge({ task, job, files, memoryBudget, known, tellsGrams }: TensorTask): Promise<MergedTensor> {
    const [host, engine] = [this.#host, this.#engine]
    if (host === null || engine === null) throw new Error('this thread was not begun')
    const abort = new AbortController()
    this.#running.set(task, abort)
    const during = async <T>(work: Work, compute: () => Promise<T>): Promise<T> => {
      void host.onWork(task, work, 1)
      try {
        return await compute()
      } finally {
        void host.onWork(task, work, -1)
      }
    }
    try {
      const sink = {
        write: async (bytes: Uint8Array<ArrayBuffer>) =>
          this.#buffers.give(new Uint8Array(await host.write(task, transfer(bytes, [bytes.buffer])))),
        end: (nonFinite: MergedTensor['nonFinite']) => host.end(task, nonFinite),
      }
      return await mergeTensor(job, sink, {
        engine: watchEngine(engine, during),
        files: files.map((checkpoint, c) => checkpoint.map((file, f) => remoteFile(host, task, c, f, file))),
        memoryBudget,
        signal: abort.signal,
        buffers: this.#buffers,
        known: known ?? undefined,
        onRead: (bytes) => void host.onRead(task, bytes),
        onGrams: tellsGrams ? (_, grams) => void host.onGrams(task, grams) : undefined,
      })
    } finally {
      this.#running.delete(task)
    }
  }

  cancel(task: number): void {
    this.#running.get(task)?.abort()
  }
}

/** As much of a weight file as readers use. */
function remoteFile(
  host: Remote<TensorHost>,
  task: number,
  checkpoint: number,
  file: number,
  { name, size }: FileFacts,
): WeightFile {
  const slice = (from = 0, to = size) => ({
    size: to - from,
    arrayBuffer: () => host.read(task, checkpoint, file, from, to),
  })
  return { name, blob: { size, slice } as unknown as Blob }
}

expose(new Thread())
