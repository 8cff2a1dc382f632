import type { StageCoefficients } from '../../plan/coefficients.ts'
import type { LoadedOperands, TileProgram } from './tile-program.ts'

/** What the stages of a job are made of and give, tile by tile. Stages are added in order, each once it is known what it does. */
export interface StageTiles {
  /** True of tiles that stay in memory from pass to pass. */
  readonly isKept: boolean
  /** What the next stage does: a blend with these coefficients, or an element-wise program. */
  add(stage: StageCoefficients | TileProgram): void
  /** Goes over the operands of the stage of this index, in the order of its elements; of one with inner products, over what these are of. */
  each(index: number, visit: (operands: LoadedOperands) => void | Promise<void>): Promise<void>
  /** Visits the one tile of a stage's operands that has the element of this index. */
  at<T>(index: number, element: number, visit: (operands: LoadedOperands) => Promise<T>): Promise<T>
  /** The bytes of the output, in order; whoever takes them gives them back for use. */
  results(): AsyncGenerator<Uint8Array<ArrayBuffer>>
}
