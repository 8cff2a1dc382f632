import { proxy, wrap } from 'comlink'
import type { WeightFile } from '../formats/checkpoint.ts'
import { gramKey, hasGrams, type JobGrams, keepGrams } from '../geometry/index.ts'
import type { Plan } from '../plan/plan.ts'
import { StudioError } from '../problem.ts'
import type { GeometryRequest, GeometryWorker } from './geometry.worker.ts'
import workerUrl from './geometry.worker.ts?worker&url'
import { scriptUrl } from './script-url.ts'
import type { GramsByJob } from './teller.ts'

export type { GramsByJob } from './teller.ts'

/** For each checkpoint of the plan: its weight files. What a merge takes fits. */
export type GeometryInputs = readonly { readonly files: readonly WeightFile[] }[]

/**
 * Finds the Gram matrices of a plan's jobs: those that earlier visits kept, the rest from samples. Every tensor gets a first estimate
 * before any gets its last one. Resolves when all are told.
 *
 * @param known jobs that need nothing, such as those that `carryGrams` knows from the plan before
 * @param onResults told a few times a second; a tensor's later estimate replaces its earlier one
 * @param signal to be aborted as soon as the plan has other inputs; nothing is told after that
 * @throws StudioError where a file cannot be read any more; DOMException AbortError when `signal` is aborted
 */
export async function startGeometry(
  plan: Plan,
  inputs: GeometryInputs,
  onResults: (grams: GramsByJob) => void,
  signal: AbortSignal,
  known: (job: number) => boolean = () => false,
): Promise<void> {
  const wanted = [...plan.jobs.keys()].filter((index) => isWanted(plan, index) && !known(index))
  await inWorker('sample', plan, wanted, inputs, onResults, signal)
}

/** Reads every element of the given jobs, in this order, and finds their exact Gram matrices; they are kept for later visits too. */
export async function measureGeometry(
  plan: Plan,
  inputs: GeometryInputs,
  jobs: readonly number[],
  onResults: (grams: GramsByJob) => void,
  signal: AbortSignal,
): Promise<void> {
  const wanted = jobs.filter((index) => isWanted(plan, index))
  await inWorker('measure', plan, wanted, inputs, onResults, signal)
}

/** Keeps exact Gram matrices that a merge found (`runMerge`'s onGrams) for later visits. */
export async function keepExactGrams(plan: Plan, inputs: GeometryInputs, grams: GramsByJob): Promise<void> {
  const files = inputs.map((input) => input.files)
  const entries = [...grams].flatMap(([index, found]): [string | null, JobGrams][] => {
    const job = plan.jobs[index]
    return job === undefined ? [] : [[gramKey(job, files), found]]
  })
  await keepGrams('exact', entries)
}

function isWanted(plan: Plan, index: number): boolean {
  const job = plan.jobs[index]
  return job !== undefined && hasGrams(job)
}

async function inWorker(
  task: 'sample' | 'measure',
  { jobs }: Plan,
  wanted: readonly number[],
  inputs: GeometryInputs,
  onResults: (grams: GramsByJob) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  if (wanted.length === 0) return
  const worker = new Worker(scriptUrl(workerUrl), { type: 'module', name: 'geometry' })
  const ended = new AbortController()
  const request: GeometryRequest = { jobs, wanted, files: inputs.map(({ files }) => files) }
  const tell = proxy(async (grams: GramsByJob) => {
    if (!ended.signal.aborted) onResults(grams)
  })
  try {
    await Promise.race([wrap<GeometryWorker>(worker)[task](request, tell), failure(worker, signal, ended.signal)])
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'StudioError') throw new StudioError(cause.message, { cause })
    throw cause
  } finally {
    ended.abort()
    // It only reads: it can be ended in the middle of anything, at once.
    worker.terminate()
  }
}

/** Rejects when the signal is aborted, and when the worker itself dies. */
function failure(worker: Worker, signal: AbortSignal, ended: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(new DOMException('The geometry is not wanted any more.', 'AbortError'))
    signal.addEventListener('abort', abort, { signal: ended })
    worker.addEventListener('error', ({ message }) =>
      reject(new StudioError(`The geometry worker stopped${message ? ` (${message})` : ''}: reload the page.`)),
    )
  })
}
