import { proxy, type Remote, transfer, wrap } from 'comlink'
import type { Job } from '../../plan/plan.ts'
import { StudioError } from '../../problem.ts'
import type { MergedTensor, MergeSink } from '../merge-tensor.ts'
import { scriptUrl } from '../script-url.ts'
import type { TensorContext } from '../tensor-context.ts'
import type { TimeSpent, Work } from '../time-spent.ts'
import workerUrl from './tensor.worker.ts?worker&url'
import type { TensorHost, TensorThread } from './tensor-host.ts'

/** Smaller tensors are made where they are read: to hand them over takes longer. */
const SMALLEST_BYTES = 2 ** 18

/** As many threads compute at most: what reads and writes can feed no more. */
const MOST_THREADS = 4

/** A tensor that some thread computes. */
interface Task {
  readonly job: Job
  readonly sink: MergeSink
  readonly context: TensorContext
  readonly time: TimeSpent
  /** What first went wrong on this side; a message carries only an error's name and words. */
  failure: unknown
  /** Kernels that are running. */
  readonly works: Work[]
}

interface Thread {
  readonly worker: Worker
  readonly remote: Remote<TensorThread>
  readonly ready: Promise<void>
  /** Bytes of the tensors that it computes. */
  load: number
  readonly crashed: Promise<never>
}

/**
 * How many threads compute beside the one that reads and writes. On two cores none: reading and writing alone keep them busy, and a thread
 * more took a tenth more of the processor and saved no time.
 */
export function threadCount(cores: number): number {
  return cores < 3 ? 0 : Math.min(MOST_THREADS, cores - 1)
}

/**
 * Threads that compute tensors in WebAssembly, while the one that has them reads and writes. A tensor is made as `mergeTensor` makes it, by one
 * thread from beginning to end: what is written does not depend on how many threads there are.
 */
export class TensorThreads {
  readonly #threads: readonly Thread[]
  readonly #tasks = new Map<number, Task>()
  #next = 0

  constructor(count: number) {
    this.#threads = Array.from({ length: count }, () => this.#start())
  }

  /** Resolves when all threads have loaded what they need. @throws StudioError where one did not */
  async ready(): Promise<void> {
    await Promise.all(this.#threads.map(({ ready, crashed }) => Promise.race([ready, crashed])))
  }

  /** True of tensors that are worth handing over. */
  takes(job: Job): boolean {
    return this.#threads.length > 0 && job.kind !== 'copy' && job.byteLength >= SMALLEST_BYTES
  }

  /** As `mergeTensor`, on the thread with the least to do. */
  async mergeTensor(job: Job, sink: MergeSink, context: TensorContext, time: TimeSpent): Promise<MergedTensor> {
    const [thread] = [...this.#threads].sort((a, b) => a.load - b.load)
    if (thread === undefined) throw new Error('there are no threads')
    const { files, memoryBudget, known, onGrams, signal } = context
    const number = this.#next++
    const task: Task = { job, sink, context, time, failure: null, works: [] }
    this.#tasks.set(number, task)
    thread.load += job.byteLength
    const cancel = () => void thread.remote.cancel(number)
    signal.addEventListener('abort', cancel)
    try {
      await Promise.race([thread.ready, thread.crashed])
      signal.throwIfAborted()
      const merging = thread.remote.merge({
        task: number,
        job,
        files: files.map((checkpoint) => checkpoint.map(({ name, blob }) => ({ name, size: blob.size }))),
        memoryBudget,
        known: known ?? null,
        tellsGrams: onGrams !== undefined,
      })
      return await Promise.race([merging, thread.crashed])
    } catch (cause) {
      if (signal.aborted) throw signal.reason
      if (cause instanceof StudioError) throw cause
      if (cause instanceof Error && cause.name === 'StudioError') throw new StudioError(cause.message, { cause })
      throw task.failure ?? cause
    } finally {
      signal.removeEventListener('abort', cancel)
      thread.load -= job.byteLength
      this.#tasks.delete(number)
      // Where a tensor was broken off, the words of its last kernels' end no longer count.
      for (const work of task.works) time.change(work, -1)
    }
  }

  destroy(): void {
    for (const { worker } of this.#threads) worker.terminate()
  }

  #start(): Thread {
    const worker = new Worker(scriptUrl(workerUrl), { type: 'module', name: 'tensor' })
    const remote = wrap<TensorThread>(worker)
    const crashed = new Promise<never>((_, reject) => {
      worker.addEventListener('error', (event) => {
        reject(
          new StudioError(
            `A thread of the merge stopped${event.message ? ` (${event.message})` : ''}: reload the page and merge again, with a smaller memory budget if the machine was short of memory.`,
          ),
        )
      })
    })
    crashed.catch(() => undefined)
    const ready = remote.begin(proxy(this.#host()))
    ready.catch(() => undefined)
    return { worker, remote, ready, load: 0, crashed }
  }

  #host(): TensorHost {
    const noting = async <T>(number: number, act: (task: Task) => Promise<T>): Promise<T> => {
      const task = this.#tasks.get(number)
      if (task === undefined) throw new DOMException('The tensor was broken off.', 'AbortError')
      try {
        return await act(task)
      } catch (cause) {
        task.failure ??= cause
        throw cause
      }
    }
    return {
      read: (number, checkpoint, file, from, to) =>
        noting(number, async ({ context }) => {
          const blob = context.files[checkpoint]?.[file]?.blob
          if (blob === undefined) throw new Error(`there is no file ${file} of checkpoint ${checkpoint}`)
          const buffer = await blob.slice(from, to).arrayBuffer()
          return transfer(buffer, [buffer])
        }),
      write: (number, bytes) =>
        noting(number, async ({ sink }) => {
          await sink.write(bytes)
          return transfer(bytes.buffer, [bytes.buffer])
        }),
      end: (number, nonFinite) => noting(number, ({ sink }) => sink.end(nonFinite)),
      onRead: (number, bytes) => this.#tasks.get(number)?.context.onRead(bytes),
      onGrams: (number, grams) => {
        const task = this.#tasks.get(number)
        task?.context.onGrams?.(task.job, grams)
      },
      onWork: (number, work, by) => {
        const task = this.#tasks.get(number)
        if (task === undefined) return
        task.time.change(work, by)
        if (by === 1) task.works.push(work)
        else task.works.splice(task.works.indexOf(work), 1)
      },
    }
  }
}
