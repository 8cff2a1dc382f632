import { expose } from 'comlink'
import { createWasmEngine } from '../engine/index.ts'
import type { WeightFile } from '../formats/checkpoint.ts'
import {
  bestGrams,
  gramKey,
  type JobGrams,
  type KeptGrams,
  keepGrams,
  keepKnownGrams,
  readKeptGrams,
  samplePlan,
} from '../geometry/index.ts'
import type { Job } from '../plan/plan.ts'
import { measureGrams } from './geometry-exact.ts'
import { knownKey } from './gram-memory.ts'
import { type GramsByJob, Teller } from './teller.ts'

/** Tensors that are kept for the next visit at once: a transaction costs more than what it writes. */
const KEEP_TOGETHER = 64

/** What the geometry's worker needs of a plan. */
export interface GeometryRequest {
  readonly jobs: readonly Job[]
  /** Indices of the jobs that are wanted. */
  readonly wanted: readonly number[]
  /** Weight files by checkpoint of the plan. */
  readonly files: readonly (readonly WeightFile[])[]
}

/** Reads, but never writes, the models; the page ends it whenever what it shows has changed. */
export class GeometryWorker {
  /** What earlier visits know, then samples of the rest. */
  async sample({ jobs, wanted, files }: GeometryRequest, onGrams: (grams: GramsByJob) => Promise<void>): Promise<void> {
    const teller = new Teller(onGrams)
    const keys = new Map(wanted.map((index) => [index, keyOf(jobs, index, files)]))
    const kept = await readKeptGrams([...keys.values()])
    const left: number[] = []
    for (const [place, index] of wanted.entries()) {
      const { exact, sampled } = kept[place] as KeptGrams
      const best = bestGrams(exact, sampled)
      if (best === null) left.push(index)
      else teller.add(index, best)
    }
    let found: [string | null, JobGrams][] = []
    const keeping: Promise<void>[] = []
    await samplePlan(jobs, left, files, (index, grams, last) => {
      teller.add(index, grams)
      if (!last) return
      found.push([keys.get(index) ?? null, grams])
      if (found.length < KEEP_TOGETHER) return
      keeping.push(keepGrams('sampled', found))
      found = []
    })
    await teller.flush()
    keeping.push(keepGrams('sampled', found))
    // The page ends this worker when it returns: what is still on its way into the cache would be lost.
    await Promise.all(keeping)
  }

  /** Every element read: exact. Kept tensor by tensor, so that an end in the middle loses nothing. */
  async measure(
    { jobs, wanted, files }: GeometryRequest,
    onGrams: (grams: GramsByJob) => Promise<void>,
  ): Promise<void> {
    const engine = await createWasmEngine()
    const { signal } = new AbortController()
    try {
      for (const index of wanted) {
        const job = jobs[index]
        if (job === undefined) continue
        const { grams, known } = await measureGrams(job, files, engine, signal)
        await onGrams(new Map([[index, grams]]))
        await keepGrams('exact', [[gramKey(job, files), grams]])
        if (known !== null) await keepKnownGrams([[knownKey(job, files), known]])
      }
    } finally {
      engine.destroy()
    }
  }
}

function keyOf(jobs: readonly Job[], index: number, files: GeometryRequest['files']): string | null {
  const job = jobs[index]
  return job === undefined ? null : gramKey(job, files)
}

expose(new GeometryWorker())
