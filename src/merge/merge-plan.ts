import type { Engine } from '../engine/engine.ts'
import type { Sink } from '../files/sink.ts'
import type { WeightFile } from '../formats/checkpoint.ts'
import { editTokenizerFile } from '../formats/tokenizer-edit.ts'
import type { JobGrams } from '../geometry/index.ts'
import type { Job, Plan, PlannedFile } from '../plan/plan.ts'
import { StudioError } from '../problem.ts'
import { Journal, type JournalStore } from '../writer/journal.ts'
import type { Partial, SourceHash, SourceNonFinite } from '../writer/partial.ts'
import { ShardWriter } from '../writer/shard-writer.ts'
import { CheckedRecords } from './checked-records.ts'
import { EngineSupply, type SuppliedEngine } from './engine-supply.ts'
import { paceOf } from './forecast.ts'
import { Gate } from './gate.ts'
import { fromKnown, type GramMemory } from './gram-memory.ts'
import { GroupedReads } from './grouped-reads.ts'
import { keepFinished } from './keep-finished.ts'
import { type MergeRun, mergeJob } from './merge-job.ts'
import { OutputBuffers } from './output-buffers.ts'
import type { MergeProgress, MergeReport, NonFinite, TensorReport, WrittenFile } from './report.ts'
import { mergeOrder, OPEN_SHARDS, TENSORS_IN_FLIGHT } from './schedule.ts'
import { Slots } from './slots.ts'
import { KnownSources } from './source-hashes.ts'
import { Tally } from './tally.ts'
import type { KnownTensor } from './tensor-context.ts'
import type { TensorThreads } from './threads/tensor-threads.ts'
import { heldBytes } from './tiles.ts'
import { TimeSpent } from './time-spent.ts'

export interface MergeInput {
  readonly files: readonly WeightFile[]
  readonly sidecars: ReadonlyMap<string, Blob>
}

export interface MergeParts {
  readonly plan: Plan
  /** By checkpoint of the plan. */
  readonly inputs: readonly MergeInput[]
  readonly sink: Sink
  readonly engine: Engine
  readonly engineReason: string
  readonly verify: boolean
  /** Of source tensors that were read beforehand: the merge must find the same. */
  readonly known?: readonly SourceHash[]
  /** Seconds that earlier merges took for each unit of work (forecast.ts). */
  readonly pace?: number | null
  readonly onProgress: (progress: MergeProgress) => void
  /** Told the exact Gram matrices of each job, by its index in the plan, as they are found. */
  readonly onGrams?: ((job: number, grams: JobGrams) => void) | undefined
  /** Exact Gram matrices of earlier readings: what they are known of is blended in one pass. */
  readonly grams?: GramMemory
  readonly signal: AbortSignal
  /** Set to go on with what an earlier run left in the folder. */
  readonly resume?: {
    /** What the browser's storage has on record of this folder. */
    readonly stored: Partial | null
  }
  /** Where records are kept beside the folder. */
  readonly store?: JournalStore
  /** Shut while the merge is paused. */
  readonly gate?: Gate
  /** Compute the larger tensors where the engine is WebAssembly; without them all is done on this thread. */
  readonly threads?: TensorThreads | null
  /** Makes the next engine when a device was lost for the n-th time. */
  readonly renewEngine?: (losses: number) => Promise<SuppliedEngine>
}

/**
 * Carries out a plan: shards first, each closed, checked and recorded, then config, sidecars and card, the shard index last of all, so
 * that a folder without its index is unfinished. The first failure ends the rest; recorded shards stay for another run, and where there is
 * none the folder is left as it was found.
 *
 * @throws StudioError in words; DOMException AbortError when `signal` is aborted
 */
export async function mergePlan(parts: MergeParts): Promise<MergeReport> {
  const { plan, verify } = parts
  const time = new TimeSpent()
  const sink = time.sink(parts.sink)
  const gate = parts.gate ?? new Gate()
  const tally = new Tally(plan, gate, verify, parts.pace ?? null, parts.onProgress)
  const { partial, shards: kept } = await keepFinished(parts, tally)
  const journal = new Journal(sink, partial, parts.store ?? null)
  const writer = new ShardWriter(sink, plan, verify, journal, tally)
  const engines = new EngineSupply({ engine: parts.engine, reason: parts.engineReason }, parts.renewEngine ?? null)
  const atOnce = knownTensors(parts, kept)
  for (const index of atOnce.keys()) tally.readOnce(plan.jobs[index] as Job)
  const run: MergeRun = {
    parts,
    gate,
    tally,
    writer,
    engines,
    kept,
    atOnce,
    buffers: new OutputBuffers(),
    records: new CheckedRecords(plan),
    time,
    files: new GroupedReads(plan, ({ shard }) => kept.has(shard)).over(parts.inputs.map(({ files }) => files)),
    known: new KnownSources([...partial.finished.flatMap(({ sources = [] }) => sources), ...(parts.known ?? [])]),
  }
  const made: Made = { tensors: [], known: 0, redone: [] }
  const nonFinite = partial.finished.flatMap((shard) => inWords(plan, shard.nonFinite ?? []))
  const files = plan.shards.map(({ name, byteLength }): WrittenFile => ({ name, byteLength }))
  try {
    await journal.begin()
    await mergeTensors(run, made, nonFinite)
    tally.phase = verify ? 'verifying' : 'closing'
    await writer.finish()
    tally.phase = 'finishing'
    for (const file of plan.files) {
      await gate.pass(parts.signal)
      const content = await contentOf(file, parts.inputs)
      await writer.writeFile(file.name, content)
      files.push({ name: file.name, byteLength: content.length })
    }
    // Only now: while the record is there, a folder can be gone on with, whatever else it has.
    await journal.end()
  } catch (cause) {
    await writer.abort()
    if (journal.finished.length === 0) await journal.end().catch(() => undefined)
    throw writer.explain(cause)
  } finally {
    // The caller gave the first engine and ends it; those that followed are ours.
    if (engines.engine !== parts.engine) engines.destroy()
  }
  return {
    seconds: tally.seconds,
    expectedSeconds: tally.calibrated,
    pace: kept.size > 0 ? null : paceOf(tally.moved, tally.seconds),
    spent: time.spent(gate.shutSeconds),
    bytesRead: tally.bytesRead,
    bytesWritten: tally.bytesWritten,
    engine: engines.engine.kind,
    device: engines.engine.device,
    engineReason: engines.reason,
    tensors: made.tensors,
    knownTensors: made.known,
    redoneTensors: made.redone,
    nonFinite,
    files,
    verifiedShards: writer.verifiedShards,
    keptShards: kept.size,
    keptTensors: plan.jobs.filter(({ shard }) => kept.has(shard)).length,
    gpuLosses: engines.losses,
  }
}

/** What the report says of tensors. */
interface Made {
  readonly tensors: TensorReport[]
  known: number
  readonly redone: string[]
}

/** Jobs that can be blended at once, by index. */
function knownTensors({ plan, grams }: MergeParts, kept: ReadonlySet<number>): ReadonlyMap<number, KnownTensor> {
  const found = new Map<number, KnownTensor>()
  for (const [index, job] of plan.jobs.entries()) {
    const known = kept.has(job.shard) ? null : fromKnown(job, grams?.known(index) ?? null)
    if (known !== null) found.set(index, known)
  }
  return found
}

/** Several tensors in flight, bounded by memory; the first failure aborts the rest. */
async function mergeTensors(run: MergeRun, made: Made, nonFinite: NonFinite[]): Promise<void> {
  const { parts, gate, tally, kept } = run
  const { plan } = parts
  const failure = new AbortController()
  const signal = AbortSignal.any([parts.signal, failure.signal])
  const slots = new Slots(TENSORS_IN_FLIGHT, plan.memoryBudget)
  const running = new Set<Promise<void>>()
  const reports = new Map<number, TensorReport>()
  tally.phase = 'merging'
  const merge = async (job: Job, index: number): Promise<void> => {
    await gate.pass(signal)
    tally.start(job.name)
    const merged = await mergeJob(job, index, run, signal)
    reports.set(index, merged.report)
    if (merged.grams === 'known') made.known++
    if (merged.grams === 'redone') made.redone.push(job.name)
    nonFinite.push(...inWords(plan, merged.nonFinite))
    tally.end(job.name)
  }
  for (const index of mergeOrder(plan, OPEN_SHARDS)) {
    const job = plan.jobs[index] as Job
    if (kept.has(job.shard)) continue
    const stays = job.kind === 'resident' && !run.atOnce.has(index)
    const bytes = job.kind === 'copy' ? 0 : heldBytes(job, stays, run.engines.engine, plan.memoryBudget)
    await slots.acquire(bytes)
    if (signal.aborted) break
    const task: Promise<void> = merge(job, index)
      .catch((cause: unknown) => {
        failure.abort(cause)
      })
      .finally(() => {
        slots.release(bytes)
        running.delete(task)
      })
    running.add(task)
  }
  await Promise.all(running)
  signal.throwIfAborted()
  for (const index of plan.jobs.keys()) {
    const report = reports.get(index)
    if (report !== undefined) made.tensors.push(report)
  }
}

function inWords({ checkpoints }: Plan, counts: readonly SourceNonFinite[]): NonFinite[] {
  return counts.map(([checkpoint, tensor, nan, infinite]) => ({
    tensor,
    checkpoint: checkpoints[checkpoint]?.name ?? '',
    nan,
    infinite,
  }))
}

async function contentOf(file: PlannedFile, inputs: readonly MergeInput[]): Promise<Uint8Array<ArrayBuffer>> {
  if ('text' in file) return new TextEncoder().encode(file.text)
  const blob = inputs[file.checkpoint]?.sidecars.get(file.file)
  if (blob === undefined) throw new Error(`no file ${file.file} to copy`)
  let bytes: Uint8Array<ArrayBuffer>
  try {
    bytes = new Uint8Array(await blob.arrayBuffer())
  } catch (cause) {
    throw new StudioError(
      `${file.file} could not be read because it was changed, moved or deleted after its folder was opened: open the folder again.`,
      { cause },
    )
  }
  return file.edit === undefined ? bytes : new TextEncoder().encode(editTokenizerFile(file.name, bytes, file.edit))
}
