import type { WeightFile } from '../formats/checkpoint.ts'
import type { JobGrams, KnownGrams } from '../geometry/index.ts'
import type { Job } from '../plan/plan.ts'
import type { SourceNonFinite } from '../writer/partial.ts'
import type { ShardWriter } from '../writer/shard-writer.ts'
import type { CheckedRecords } from './checked-records.ts'
import type { EngineSupply } from './engine-supply.ts'
import type { Gate } from './gate.ts'
import { isReadWhole, isSameContent, knownOf } from './gram-memory.ts'
import type { MergeParts } from './merge-plan.ts'
import { type MergedTensor, mergeTensor } from './merge-tensor.ts'
import type { OutputBuffers } from './output-buffers.ts'
import { type KnownSources, SourceHashes } from './source-hashes.ts'
import type { Tally } from './tally.ts'
import type { KnownTensor } from './tensor-context.ts'
import type { TimeSpent } from './time-spent.ts'
import { watchFiles } from './watched-files.ts'

/** What all tensors of one run share. */
export interface MergeRun {
  readonly parts: MergeParts
  readonly gate: Gate
  readonly tally: Tally
  readonly writer: ShardWriter
  readonly engines: EngineSupply
  readonly buffers: OutputBuffers
  readonly records: CheckedRecords
  readonly time: TimeSpent
  /** Weight files by checkpoint of the plan. */
  readonly files: readonly (readonly WeightFile[])[]
  readonly known: KnownSources
  /** Indices of shards that an earlier run finished. */
  readonly kept: ReadonlySet<number>
  /** By index of the job: those that need not be measured, if their sources are what they were. */
  readonly atOnce: ReadonlyMap<number, KnownTensor>
}

export interface MergedJob extends MergedTensor {
  /** How its Gram matrices were had: measured, known before, or measured anew because the sources were not those that were known. */
  readonly grams: 'measured' | 'known' | 'redone'
}

/** The sources of a tensor are not those that its Gram matrices were measured on. */
class OtherContent extends Error {}

/**
 * Makes one tensor; begins it again on another engine when the device is lost under it, and with its Gram matrices measured where those that
 * were known are of other content.
 */
export async function mergeJob(job: Job, index: number, run: MergeRun, signal: AbortSignal): Promise<MergedJob> {
  const { parts, tally, writer, engines, records, known } = run
  const before = parts.grams?.known(index) ?? null
  let atOnce = run.atOnce.get(index)
  let made = job
  let grams: MergedJob['grams'] = atOnce === undefined ? 'measured' : 'known'
  const hashed = parts.verify || (parts.known ?? []).length > 0 || atOnce !== undefined
  const hashes = hashed ? new SourceHashes(job, known) : undefined
  const files = watchFiles(job, run.files, run.gate, signal, records, hashes, run.time)
  for (;;) {
    const { engine } = engines
    const moved = { read: 0, written: 0 }
    let measured: JobGrams | null = null
    const sink = await writer.begin(job)
    const context = {
      engine: run.time.engine(engine),
      files,
      memoryBudget: parts.plan.memoryBudget,
      signal,
      buffers: run.buffers,
      known: atOnce,
      onGrams: (_: Job, found: JobGrams) => {
        measured = found
        parts.onGrams?.(index, found)
      },
      onRead: (bytes: number) => {
        moved.read += bytes
        tally.onRead(bytes)
      },
    }
    const gated = {
      write: async (bytes: Uint8Array<ArrayBuffer>) => {
        await run.gate.pass(signal)
        moved.written += bytes.length
        await sink.write(bytes)
      },
      end: async (nonFinite: readonly SourceNonFinite[]) => {
        const found = hashes?.found() ?? []
        if (atOnce !== undefined && !isSameContent(job, before as KnownGrams, found)) throw new OtherContent()
        await records.check(job, files, signal)
        await sink.end({ hashes: found, nonFinite })
      },
    }
    try {
      const { threads } = parts
      const merged =
        threads?.takes(made) && engine.kind === 'wasm'
          ? await threads.mergeTensor(made, gated, context, run.time)
          : await mergeTensor(made, gated, context)
      if (atOnce !== undefined) parts.onGrams?.(index, (before as KnownGrams).grams)
      else if (measured !== null && isReadWhole(job)) {
        const found = knownOf(job, measured, hashes?.found() ?? [], merged.nonFinite)
        if (found !== null) parts.grams?.keep(index, found)
      }
      return { ...merged, grams }
    } catch (cause) {
      if (cause instanceof OtherContent) {
        atOnce = undefined
        grams = 'redone'
        // No memory was set aside for its inputs: they are read once for gram, and once more for blend.
        made = { ...job, kind: 'streamed' }
      } else if (signal.aborted || !(await engines.replace(engine))) throw cause
      tally.onRead(-moved.read)
      tally.onWritten(-moved.written)
    }
  }
}
