import type { ElementProgram } from '../../engine/elementwise/program.ts'
import type { InputFormat, LoadedTile } from '../../engine/index.ts'

/** The operands of a stage over one tile, where the engine computes. */
export interface LoadedOperands {
  readonly loaded: LoadedTile
  readonly formats: readonly InputFormat[]
  readonly bytes: readonly Uint8Array[]
  /** Index of the tile's first element. */
  readonly first: number
  readonly elementCount: number
}

/** Makes the program of an element-wise stage for one tile. */
export type TileProgram = (operands: LoadedOperands) => ElementProgram | Promise<ElementProgram>
