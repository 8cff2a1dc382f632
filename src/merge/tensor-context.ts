import type { Engine } from '../engine/engine.ts'
import type { WeightFile } from '../formats/checkpoint.ts'
import type { JobGrams } from '../geometry/index.ts'
import type { JobCoefficients } from '../plan/coefficients.ts'
import type { Job } from '../plan/plan.ts'
import type { SourceNonFinite } from '../writer/partial.ts'
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
  /** Told each tensor's exact Gram matrices, by whose way the coefficients are found. */
  readonly onGrams?: ((job: Job, grams: JobGrams) => void) | undefined
  /** What an earlier reading of the same bytes found: the tensor is blended at once, without being measured or resident. */
  readonly known?: KnownTensor | undefined
}

export interface KnownTensor {
  readonly coefficients: JobCoefficients
  readonly nonFinite: readonly SourceNonFinite[]
}
