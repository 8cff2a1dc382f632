import type { EngineKind } from '../engine/engine.ts'
import type { Spent } from './time-spent.ts'

export interface MergeProgress {
  readonly phase: 'starting' | 'checking' | 'merging' | 'closing' | 'verifying' | 'finishing'
  /** True while the user holds the merge. */
  readonly paused: boolean
  readonly tensorsDone: number
  readonly tensorsTotal: number
  readonly bytesRead: number
  readonly bytesWritten: number
  /** Bytes that the whole merge will read and write. */
  readonly bytesToRead: number
  readonly bytesToWrite: number
  readonly seconds: number
  /** Seconds that the whole merge will take; null while nothing can be said. */
  readonly expectedSeconds: number | null
  /** Tensors in flight. */
  readonly current: readonly string[]
  /** Indices of shards of an earlier run that were found as they were: their tensors are done, and never start. */
  readonly keptShards: readonly number[]
}

/** Which way a stage went for a tensor. */
export type Branch = 'slerp' | 'lerp' | 'linear' | 'copy' | 'elementwise'

export interface StageReport {
  readonly label: string
  readonly branch: Branch
  /** Cosine between the two inputs of a slerp stage (of other methods: see StageCoefficients); null where none was needed. */
  readonly cos: number | null
  readonly coefficients: readonly number[]
  /** Operands of a slerp stage that are zero, or as good as; left out where there are none. */
  readonly zero?: readonly number[]
}

export interface TensorReport {
  readonly name: string
  /** null: the bytes were copied without an engine. */
  readonly engine: EngineKind | null
  readonly stages: readonly StageReport[]
}

export interface NonFinite {
  readonly tensor: string
  readonly checkpoint: string
  readonly nan: number
  readonly infinite: number
}

export interface WrittenFile {
  readonly name: string
  readonly byteLength: number
}

export interface MergeReport {
  readonly seconds: number
  /** What was expected of `seconds` after the first of them; null where the merge was over by then. */
  readonly expectedSeconds: number | null
  /** Seconds for each unit of work (forecast.ts), from which those of the next merge are told; null where this one was too short. */
  readonly pace: number | null
  /** Where the time went. */
  readonly spent: Spent
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly engine: EngineKind
  readonly device: string
  /** Why this engine: one sentence. */
  readonly engineReason: string
  readonly tensors: readonly TensorReport[]
  /** Tensors whose Gram matrices an earlier reading of the same bytes had found: they were blended in one pass. */
  readonly knownTensors: number
  /** Tensors of which other bytes were found than their known Gram matrices are of: they were measured and made anew. */
  readonly redoneTensors: readonly string[]
  readonly nonFinite: readonly NonFinite[]
  readonly files: readonly WrittenFile[]
  /** Shards re-read after their close and found equal to what was streamed. */
  readonly verifiedShards: number
  /** Shards of an earlier run that were found equal to its record, and the tensors in them: they were not made again. */
  readonly keptShards: number
  readonly keptTensors: number
  /** How often the GPU was lost; the tensors in flight were then made anew. */
  readonly gpuLosses: number
}
