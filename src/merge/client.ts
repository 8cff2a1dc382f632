import { proxy, type Remote, wrap } from 'comlink'
import type { JobGrams } from '../geometry/index.ts'
import type { Plan } from '../plan/plan.ts'
import { StudioError } from '../problem.ts'
import type { SourceHash } from '../writer/partial.ts'
import type { MergeWorker } from './merge.worker.ts'
import workerUrl from './merge.worker.ts?worker&url'
import type { MergeInput } from './merge-plan.ts'
import type { Proof } from './prove.ts'
import type { MergeProgress, MergeReport } from './report.ts'
import { scriptUrl } from './script-url.ts'

export type EngineChoice = 'automatic' | 'webgpu' | 'wasm'

export interface MergeRequest {
  readonly plan: Plan
  /** For each checkpoint of the plan: its weight files, and its sidecar files by name. */
  readonly inputs: readonly MergeInput[]
  readonly output: FileSystemDirectoryHandle
  readonly engine: EngineChoice
  /** Re-read every shard after its close and compare its hash. */
  readonly verify: boolean
  /** Hashes of source tensors that were read beforehand; the merge ends where it finds another. */
  readonly known?: readonly SourceHash[]
  /** Seconds that earlier merges took for each unit of work (forecast.ts); null where none are remembered. */
  readonly pace?: number | null
  /** Go on with the unfinished merge that lies in the output folder. */
  readonly resume: boolean
}

/** Holds a running merge, and lets it go on. */
export interface MergeControl {
  pause(): void
  resume(): void
}

interface WaitingWorker {
  readonly worker: Worker
  readonly remote: Remote<MergeWorker>
}

/** A worker that waits for its merge, with everything loaded. */
let waiting: WaitingWorker | null = null

/** Starts the next merge's worker ahead of it: from the press of Merge on, the page asks its server for nothing. */
export function prepareMerge(): void {
  if (waiting !== null) return
  const started = startWorker()
  waiting = started
  const forget = (): void => {
    if (waiting === started) waiting = null
  }
  // One that could not be loaded is no use; the merge tries again, and says what is wrong.
  started.worker.addEventListener('error', forget)
  started.remote.prepare(navigator.hardwareConcurrency).catch(forget)
}

function startWorker(): WaitingWorker {
  const worker = new Worker(scriptUrl(workerUrl), { type: 'module', name: 'merge' })
  return { worker, remote: wrap<MergeWorker>(worker) }
}

/**
 * Runs a merge in its worker.
 * @param onGrams told the exact Gram matrices of each job (its index in the plan), which a merge computes anyway
 * @param onStart is given the control of the merge as soon as there is one
 * @throws StudioError with one sentence when it cannot go on; DOMException AbortError when `signal` is aborted
 */
export async function runMerge(
  request: MergeRequest,
  onProgress: (progress: MergeProgress) => void,
  signal: AbortSignal,
  onGrams: (job: number, grams: JobGrams) => void = () => undefined,
  onStart: (control: MergeControl) => void = () => undefined,
): Promise<MergeReport> {
  signal.throwIfAborted()
  const { worker, remote } = waiting ?? startWorker()
  waiting = null
  const cancel = () => void remote.cancel()
  signal.addEventListener('abort', cancel)
  onStart({ pause: () => void remote.pause(), resume: () => void remote.resume() })
  try {
    return await Promise.race([
      remote.merge(
        request,
        navigator.hardwareConcurrency,
        proxy(async (progress) => onProgress(progress)),
        proxy(async (job, grams) => onGrams(job, grams)),
      ),
      crash(worker),
    ])
  } catch (cause) {
    throw inOurWords(cause, signal)
  } finally {
    signal.removeEventListener('abort', cancel)
    // Everything is closed or aborted by now: mergePlan ends only after its sink did.
    worker.terminate()
  }
}

export interface ProveRequest {
  readonly plan: Plan
  readonly inputs: readonly MergeInput[]
  readonly output: FileSystemDirectoryHandle
  /** Tensors to recompute. */
  readonly count: number
}

/** SHA-256 of files of a finished merge, by name. @param onHashed bytes hashed since the last call */
export function hashFiles(
  output: FileSystemDirectoryHandle,
  names: readonly string[],
  onHashed: (bytes: number) => void,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  return inWorker(signal, (remote) =>
    remote.sha256(
      output,
      names,
      proxy(async (bytes) => onHashed(bytes)),
    ),
  )
}

/** Reads every tensor that a plan reads, whole, and hashes it. @param onRead bytes read since the last call */
export function hashSources(
  plan: Plan,
  inputs: readonly MergeInput[],
  onRead: (bytes: number) => void,
  signal: AbortSignal,
): Promise<SourceHash[]> {
  return inWorker(signal, (remote) =>
    remote.hashSources(
      plan,
      inputs,
      proxy(async (bytes) => onRead(bytes)),
    ),
  )
}

/** Recomputes a random sample of a finished merge's tensors in float64; each result is told as it comes. */
export function proveMerge(
  request: ProveRequest,
  onProved: (proof: Proof) => void,
  signal: AbortSignal,
): Promise<Proof[]> {
  return inWorker(signal, (remote) =>
    remote.prove(
      request,
      proxy(async (proof) => onProved(proof)),
    ),
  )
}

/** Runs one task in a worker of its own, which ends with it. */
async function inWorker<T>(signal: AbortSignal, task: (remote: Remote<MergeWorker>) => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const worker = new Worker(scriptUrl(workerUrl), { type: 'module', name: 'checks' })
  const remote = wrap<MergeWorker>(worker)
  const cancel = () => void remote.cancel()
  signal.addEventListener('abort', cancel)
  try {
    return await Promise.race([task(remote), crash(worker)])
  } catch (cause) {
    throw inOurWords(cause, signal)
  } finally {
    signal.removeEventListener('abort', cancel)
    worker.terminate()
  }
}

/** Rejects when the worker itself dies: its script could not be loaded, or it ran out of memory. */
function crash(worker: Worker): Promise<never> {
  return new Promise((_, reject) => {
    worker.addEventListener('error', (event) => {
      reject(
        new StudioError(
          `The merge worker stopped${event.message ? ` (${event.message})` : ''}: reload the page and merge again, with a smaller memory budget if the machine was short of memory.`,
        ),
      )
    })
  })
}

/** comlink carries name, message and stack of an error, not its class. */
function inOurWords(cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return new DOMException('The merge was cancelled.', 'AbortError')
  if (cause instanceof Error && cause.name === 'StudioError') return new StudioError(cause.message, { cause })
  return cause
}
