import { expose } from 'comlink'
import { chooseEngine, type KernelSet } from '../engine/index.ts'
import { isStorageFolder } from '../files/browser-storage.ts'
import { folderSink } from '../files/sink.ts'
import type { JobGrams } from '../geometry/index.ts'
import type { Plan } from '../plan/plan.ts'
import { journalled, journalStore } from '../writer/journal-store.ts'
import type { SourceHash } from '../writer/partial.ts'
import { sha256Files } from '../writer/sha256-files.ts'
import type { EngineChoice, MergeRequest, ProveRequest } from './client.ts'
import { kernelsOf, LOSSES_BORNE, type SuppliedEngine } from './engine-supply.ts'
import { Gate } from './gate.ts'
import { storedGrams } from './gram-memory.ts'
import { type MergeInput, mergePlan } from './merge-plan.ts'
import { type Proof, proveTensor, sampleJobs } from './prove.ts'
import { readSources } from './read-sources.ts'
import type { MergeProgress, MergeReport } from './report.ts'
import { TensorThreads, threadCount } from './threads/tensor-threads.ts'

/** Progress is told at most this often, in milliseconds: the page redraws no more, and each time costs what the merge could use. */
const TELL_EVERY = 500

/** The worker's side of a merge: one worker, one merge. All weights are read, computed and written here. */
export class MergeWorker {
  readonly #abort = new AbortController()
  readonly #gate = new Gate()
  #threads: Promise<TensorThreads | null> | null = null

  /** Loads what a merge needs from the page's server. @param cores that the page knows of */
  async prepare(cores: number): Promise<void> {
    this.#threads ??= startThreads(cores)
    const { engine } = await chooseEngine('wasm')
    engine.destroy()
    await this.#threads
  }

  async merge(
    request: MergeRequest,
    cores: number,
    onProgress: (progress: MergeProgress) => Promise<void>,
    onGrams: (job: number, grams: JobGrams) => Promise<void>,
  ): Promise<MergeReport> {
    this.#threads ??= startThreads(cores)
    const { engine, reason } = await chooseEngine(request.engine, kernelsOf(request.plan))
    let told = Number.NEGATIVE_INFINITY
    let phase = ''
    const telling = new Set<Promise<void>>()
    try {
      const files = request.inputs.map((input) => input.files)
      const grams = await storedGrams(request.plan, files)
      const report = await mergePlan({
        plan: request.plan,
        inputs: request.inputs,
        sink: folderSink(request.output, await isStorageFolder(request.output)),
        engine,
        engineReason: reason,
        threads: await this.#threads,
        verify: request.verify,
        known: request.known ?? [],
        pace: request.pace ?? null,
        grams,
        signal: this.#abort.signal,
        gate: this.#gate,
        store: journalStore(request.output),
        ...(request.resume ? { resume: { stored: await journalled(request.output) } } : {}),
        renewEngine: (losses) => nextEngine(request.engine, kernelsOf(request.plan), losses),
        onProgress: (progress) => {
          const now = performance.now()
          const news = `${progress.phase} ${progress.paused}`
          if (news === phase && now - told < TELL_EVERY) return
          phase = news
          told = now
          onProgress(progress).catch(() => undefined)
        },
        onGrams: (job, grams) => {
          const told = onGrams(job, grams).catch(() => undefined)
          telling.add(told)
          void told.then(() => telling.delete(told))
        },
      })
      // The page ends this worker with the report: what is still on its way would be lost.
      await Promise.all([...telling, grams.flush()])
      return report
    } finally {
      engine.destroy()
    }
  }

  /** SHA-256 of files of a finished merge. */
  async sha256(
    output: FileSystemDirectoryHandle,
    names: readonly string[],
    onHashed: (bytes: number) => Promise<void>,
  ): Promise<ReadonlyMap<string, string>> {
    return sha256Files(folderSink(output), names, (bytes) => void onHashed(bytes), this.#abort.signal)
  }

  /** xxh128 of every tensor that a plan reads (see read-sources.ts). */
  async hashSources(
    plan: Plan,
    inputs: readonly MergeInput[],
    onRead: (bytes: number) => Promise<void>,
  ): Promise<SourceHash[]> {
    return readSources(plan, inputs, (bytes) => void onRead(bytes), this.#abort.signal)
  }

  /** Recomputes a random sample of a finished merge's tensors in float64 (see prove.ts). */
  async prove(request: ProveRequest, onProved: (proof: Proof) => Promise<void>): Promise<Proof[]> {
    const { plan, inputs, output, count } = request
    const files = inputs.map((input) => input.files)
    const sink = folderSink(output)
    const proofs: Proof[] = []
    for (const job of sampleJobs(plan, count)) {
      const shard = await sink.open(plan.shards[job.shard]?.name ?? '')
      const written = async (from: number, to: number) =>
        new Uint8Array(await shard.slice(job.offset + from, job.offset + to).arrayBuffer())
      const proof = await proveTensor(job, files, written, plan.memoryBudget, this.#abort.signal)
      proofs.push(proof)
      onProved(proof).catch(() => undefined)
    }
    return proofs
  }

  cancel(): void {
    this.#abort.abort()
  }

  pause(): void {
    this.#gate.shut()
  }

  resume(): void {
    this.#gate.open()
  }
}

/** @returns null where they don't start: then this thread computes everything */
async function startThreads(cores: number): Promise<TensorThreads | null> {
  let threads: TensorThreads | null = null
  try {
    threads = new TensorThreads(threadCount(cores))
    await threads.ready()
    return threads
  } catch {
    threads?.destroy()
    return null
  }
}

/** The engine after the n-th loss: the GPU once more while that is borne, then WebAssembly. */
async function nextEngine(choice: EngineChoice, kernels: KernelSet, losses: number): Promise<SuppliedEngine> {
  const times = losses === 1 ? 'once' : losses === 2 ? 'twice' : `${losses} times`
  if (losses < LOSSES_BORNE) {
    const next = await chooseEngine(choice, kernels).catch(() => null)
    if (next !== null) return { engine: next.engine, reason: `${next.reason} The GPU was lost ${times}.` }
  }
  const { engine } = await chooseEngine('wasm')
  return { engine, reason: `WebAssembly, because the GPU was lost ${times}.` }
}

expose(new MergeWorker())
