import type { StageCoefficients } from '../../plan/coefficients.ts'
import type { Job, Operand } from '../../plan/plan.ts'
import { freeBytes } from '../free-bytes.ts'
import type { TensorContext } from '../tensor-context.ts'
import type { ReadTile } from '../tiles.ts'
import { StageSteps, type Values } from './stage-steps.ts'
import type { LoadedOperands, TileProgram } from './tile-program.ts'

/** Computes inputs and stages over tiles. Element-wise stages are kernels over the bytes of their operands; all others are blends. */
export class Operands {
  readonly #context: TensorContext
  readonly #steps: StageSteps
  readonly #onFinite: (bytes: Uint8Array) => void

  /** @param onFinite is told of bytes in which a kernel met no NaN and no infinity */
  constructor(job: Job, context: TensorContext, onFinite: (bytes: Uint8Array) => void) {
    this.#context = context
    this.#onFinite = onFinite
    this.#steps = new StageSteps(job, context)
  }

  /** What the next stage does: a blend with these coefficients, or an element-wise program. */
  add(stage: StageCoefficients | TileProgram): void {
    this.#steps.add(stage)
  }

  /** Loads the operands of the stage of this index over a tile for `use`. */
  async load<T>(index: number, read: ReadTile, use: (operands: LoadedOperands) => Promise<T>): Promise<T> {
    const { engine } = this.#context
    const values: Values[] = []
    for (const operand of this.#steps.stage(index).operands) values.push(await this.#values(operand, read))
    const bytes = values.map((value) => value.bytes)
    const formats = values.map(({ format }) => format)
    const { elementCount } = read.tile
    const loaded = engine.load(
      { elementCount, inputs: bytes },
      formats.map(({ dtype }) => dtype),
    )
    try {
      const used = await use({ loaded, formats, bytes, elementCount, first: read.range.from })
      if (engine.isFinite?.(loaded)) for (const one of bytes) this.#onFinite(one)
      return used
    } finally {
      engine.unload(loaded)
      giveBack(bytes, read)
    }
  }

  /** The bytes of a stage's result over a tile, in the stage's dtype. */
  async result(index: number, read: ReadTile, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const { engine } = this.#context
    const program = this.#steps.program(index)
    if (program !== null)
      return this.load(index, read, async (operands) => engine.map(operands.loaded, await program(operands), into))
    const tile = {
      elementCount: read.tile.elementCount,
      segment: null,
      bytesOf: async (operand: Operand) => (await this.#values(operand, read)).bytes,
      done: (inputs: readonly Uint8Array[]) => giveBack(inputs, read),
    }
    return this.#steps.blends.result(index, tile, into)
  }

  #values(operand: Operand, read: ReadTile): Promise<Values> {
    return this.#steps.values(operand, read, (stage) => this.result(stage, read))
  }
}

/** Gives back what was computed for a tile; what was read for it stays. */
function giveBack(bytes: readonly Uint8Array[], { tile }: ReadTile): void {
  freeBytes(bytes.filter((one) => !tile.inputs.includes(one)))
}
