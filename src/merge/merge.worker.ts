import { expose } from 'comlink'
import { chooseEngine } from '../engine/index.ts'
import { folderSink } from '../files/sink.ts'
import type { JobGrams } from '../geometry/index.ts'
import type { MergeRequest } from './client.ts'
import { mergePlan } from './merge-plan.ts'
import type { MergeProgress, MergeReport } from './report.ts'

/** Progress is told at most this often, in milliseconds: the page redraws no more. */
const TELL_EVERY = 100

/** The worker's side of a merge: one worker, one merge. All weights are read, computed and written here. */
export class MergeWorker {
  readonly #abort = new AbortController()

  async merge(
    request: MergeRequest,
    onProgress: (progress: MergeProgress) => Promise<void>,
    onGrams: (job: number, grams: JobGrams) => Promise<void>,
  ): Promise<MergeReport> {
    const { engine, reason } = await chooseEngine(request.engine)
    let told = Number.NEGATIVE_INFINITY
    let phase: MergeProgress['phase'] | null = null
    const telling = new Set<Promise<void>>()
    try {
      const report = await mergePlan({
        plan: request.plan,
        inputs: request.inputs,
        sink: folderSink(request.output),
        engine,
        engineReason: reason,
        verify: request.verify,
        signal: this.#abort.signal,
        onProgress: (progress) => {
          const now = performance.now()
          if (progress.phase === phase && now - told < TELL_EVERY) return
          phase = progress.phase
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
      await Promise.all(telling)
      return report
    } finally {
      engine.destroy()
    }
  }

  cancel(): void {
    this.#abort.abort()
  }
}

expose(new MergeWorker())
