import type { JobGrams } from '../../geometry/index.ts'
import type { Job } from '../../plan/plan.ts'
import type { SourceNonFinite } from '../../writer/partial.ts'
import type { MergedTensor } from '../merge-tensor.ts'
import type { KnownTensor } from '../tensor-context.ts'
import type { Work } from '../time-spent.ts'

/** A weight file as a thread knows it: its bytes are the host's to read. */
export interface FileFacts {
  readonly name: string
  readonly size: number
}

/** What a thread is told of a tensor. */
export interface TensorTask {
  /** Number of the task; the host is called with it. */
  readonly task: number
  readonly job: Job
  /** Weight files by checkpoint of the plan. */
  readonly files: readonly (readonly FileFacts[])[]
  readonly memoryBudget: number
  readonly known: KnownTensor | null
  /** Whether someone wants the Gram matrices. */
  readonly tellsGrams: boolean
}

/** What a thread asks of the merge's worker, which reads and writes for all threads. Buffers change hands, and are copied nowhere. */
export interface TensorHost {
  read(task: number, checkpoint: number, file: number, from: number, to: number): Promise<ArrayBuffer>
  /** @returns the buffer of the bytes, once they are written */
  write(task: number, bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer>
  end(task: number, nonFinite: readonly SourceNonFinite[]): Promise<void>
  onRead(task: number, bytes: number): void
  onGrams(task: number, grams: JobGrams): void
  /** A kernel begins (1) or has ended (-1). */
  onWork(task: number, work: Work, by: 1 | -1): void
}

/** What the merge's worker asks of a thread. */
export interface TensorThread {
  /** Loads the kernels; to be called before anything else. */
  begin(host: TensorHost): Promise<void>
  merge(task: TensorTask): Promise<MergedTensor>
  cancel(task: number): void
}
