import type { Engine } from '../engine/engine.ts'
import type { WeightFile } from '../formats/checkpoint.ts'
import type { OutputBuffers } from './output-buffers.ts'

/** What all tensors of a merge share. */
export interface TensorContext {
  readonly engine: Engine
  /** Weight files by checkpoint of the plan. */
  readonly files: readonly (readonly WeightFile[])[]
  readonly memoryBudget: number
  readonly signal: AbortSignal
  readonly onRead: (bytes: number) => void
  readonly buffers: OutputBuffers
}
