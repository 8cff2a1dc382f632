import type { Engine } from '../engine/engine.ts'
import type { Sink } from '../files/sink.ts'
import type { WeightFile } from '../formats/checkpoint.ts'
import { editTokenizerFile } from '../formats/tokenizer-edit.ts'
import type { JobGrams } from '../geometry/index.ts'
import type { Job, Plan, PlannedFile } from '../plan/plan.ts'
import { StudioError } from '../problem.ts'
import { ShardWriter } from '../writer/shard-writer.ts'
import { mergeTensor } from './merge-tensor.ts'
import { OutputBuffers } from './output-buffers.ts'
import type { MergeProgress, MergeReport, NonFinite, TensorReport, WrittenFile } from './report.ts'
import { mergeOrder, OPEN_SHARDS } from './schedule.ts'
import { Slots } from './slots.ts'
import type { TensorContext } from './tensor-context.ts'

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
  readonly onProgress: (progress: MergeProgress) => void
  /** Told the exact Gram matrices of each job, by its index in the plan, as they are found. */
  readonly onGrams?: ((job: number, grams: JobGrams) => void) | undefined
  readonly signal: AbortSignal
}

/**
 * Carries out a plan: shards first, each closed and checked, then config, sidecars and card, the shard index last of all, so that a folder
 * without its index is unfinished. The first failure ends the rest, and the folder is left as it was found.
 *
 * @throws StudioError in words; DOMException AbortError when `signal` is aborted
 */
export async function mergePlan(parts: MergeParts): Promise<MergeReport> {
  const { plan, sink, engine } = parts
  const found = await sink.list()
  if (found.length > 0) {
    throw new StudioError(
      `The folder "${sink.name}" is not empty (it has ${found.slice(0, 3).join(', ')}${found.length > 3 ? ', …' : ''}): choose an empty folder, nothing is ever overwritten.`,
    )
  }
  const tally = new Tally(plan, parts.onProgress)
  const writer = new ShardWriter(sink, plan, parts.verify, tally)
  const tensors: TensorReport[] = []
  const nonFinite: NonFinite[] = []
  const files = plan.shards.map(({ name, byteLength }): WrittenFile => ({ name, byteLength }))
  try {
    await mergeTensors(parts, writer, tally, tensors, nonFinite)
    tally.phase = parts.verify ? 'verifying' : 'closing'
    await writer.finish()
    tally.phase = 'finishing'
    for (const file of plan.files) {
      parts.signal.throwIfAborted()
      const content = await contentOf(file, parts.inputs)
      await writer.writeFile(file.name, content)
      files.push({ name: file.name, byteLength: content.length })
    }
  } catch (cause) {
    await writer.abort()
    throw cause
  }
  return {
    seconds: tally.seconds,
    bytesRead: tally.bytesRead,
    bytesWritten: tally.bytesWritten,
    engine: engine.kind,
    device: engine.device,
    engineReason: parts.engineReason,
    tensors,
    nonFinite,
    files,
    verifiedShards: writer.verifiedShards,
  }
}

/** Several tensors in flight, bounded by memory; the first failure aborts the rest. */
async function mergeTensors(
  { plan, inputs, engine, onGrams, signal }: MergeParts,
  writer: ShardWriter,
  tally: Tally,
  tensors: TensorReport[],
  nonFinite: NonFinite[],
): Promise<void> {
  const failure = new AbortController()
  const context: TensorContext = {
    engine,
    files: inputs.map(({ files }) => files),
    memoryBudget: plan.memoryBudget,
    signal: AbortSignal.any([signal, failure.signal]),
    onRead: (bytes) => tally.onRead(bytes),
    buffers: new OutputBuffers(),
    onGrams: onGrams && ((job, grams) => onGrams(plan.jobs.indexOf(job), grams)),
  }
  const slots = new Slots(OPEN_SHARDS, plan.memoryBudget)
  const running = new Set<Promise<void>>()
  const reports = new Map<number, TensorReport>()
  tally.phase = 'merging'
  const merge = async (job: Job, index: number): Promise<void> => {
    tally.start(job.name)
    const merged = await mergeTensor(job, await writer.begin(job), context)
    reports.set(index, merged.report)
    for (const [k, source] of merged.nonFiniteSources.entries()) {
      const counted = merged.nonFinite[k]
      const checkpoint = plan.checkpoints[job.sources[source]?.checkpoint ?? 0]?.name ?? ''
      if (counted !== undefined) nonFinite.push({ ...counted, checkpoint })
    }
    tally.end(job.name)
  }
  for (const index of mergeOrder(plan, OPEN_SHARDS)) {
    const job = plan.jobs[index] as Job
    const bytes = job.kind === 'resident' ? job.bytesReadOnce : 0
    await slots.acquire(bytes)
    if (context.signal.aborted) break
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
  context.signal.throwIfAborted()
  for (const index of plan.jobs.keys()) {
    const report = reports.get(index)
    if (report !== undefined) tensors.push(report)
  }
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

/** Counts bytes and tensors, and tells the page. */
class Tally {
  bytesRead = 0
  bytesWritten = 0
  readonly #start = performance.now()
  readonly #current = new Set<string>()
  readonly #plan: Plan
  readonly #tell: (progress: MergeProgress) => void
  #done = 0
  #phase: MergeProgress['phase'] = 'starting'

  constructor(plan: Plan, tell: (progress: MergeProgress) => void) {
    this.#plan = plan
    this.#tell = tell
  }

  get seconds(): number {
    return (performance.now() - this.#start) / 1000
  }

  set phase(phase: MergeProgress['phase']) {
    this.#phase = phase
    this.#report()
  }

  onRead(bytes: number): void {
    this.bytesRead += bytes
    this.#report()
  }

  onWritten(bytes: number): void {
    this.bytesWritten += bytes
    this.#report()
  }

  start(name: string): void {
    this.#current.add(name)
  }

  end(name: string): void {
    this.#current.delete(name)
    this.#done++
    this.#report()
  }

  #report(): void {
    const { totals } = this.#plan
    this.#tell({
      phase: this.#phase,
      tensorsDone: this.#done,
      tensorsTotal: totals.tensors,
      bytesRead: this.bytesRead,
      bytesWritten: this.bytesWritten,
      bytesToRead: totals.bytesReadOnce + totals.bytesReadTwice,
      bytesToWrite: totals.bytesWritten,
      seconds: this.seconds,
      current: [...this.#current],
    })
  }
}
