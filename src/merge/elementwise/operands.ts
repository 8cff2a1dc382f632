import type { ElementProgram } from '../../engine/elementwise/program.ts'
import type { InputFormat, LoadedTile } from '../../engine/index.ts'
import type { StageCoefficients } from '../../plan/coefficients.ts'
import type { Job, JobStage, Operand } from '../../plan/plan.ts'
import { freeBytes } from '../free-bytes.ts'
import type { TensorContext } from '../tensor-context.ts'
import type { ReadTile } from '../tiles.ts'
import { Blends } from './blends.ts'

/** The values of something over one tile. */
export interface Values {
  readonly bytes: Uint8Array
  readonly format: InputFormat
}

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

/** Computes inputs and stages over tiles. Element-wise stages are kernels over the bytes of their operands; all others are blends. */
export class Operands {
  readonly #job: Job
  readonly #context: TensorContext
  readonly #blends: Blends
  readonly #programs: (TileProgram | null)[] = []

  constructor(job: Job, context: TensorContext) {
    this.#job = job
    this.#context = context
    this.#blends = new Blends(job, context.engine)
  }

  /** What the next stage does: a blend with these coefficients, or an element-wise program. */
  add(stage: StageCoefficients | TileProgram): void {
    if (typeof stage !== 'function') this.#blends.add(stage)
    this.#programs.push(typeof stage === 'function' ? stage : null)
  }

  /** Loads the operands of the stage of this index over a tile for `use`. */
  async load<T>(index: number, read: ReadTile, use: (operands: LoadedOperands) => Promise<T>): Promise<T> {
    const { engine } = this.#context
    const values: Values[] = []
    for (const operand of this.#stage(index).operands) values.push(await this.#values(operand, read))
    const bytes = values.map((value) => value.bytes)
    const formats = values.map(({ format }) => format)
    const { elementCount } = read.tile
    const loaded = engine.load(
      { elementCount, inputs: bytes },
      formats.map(({ dtype }) => dtype),
    )
    try {
      return await use({ loaded, formats, bytes, elementCount, first: read.range.from })
    } finally {
      engine.unload(loaded)
      giveBack(bytes, read)
    }
  }

  /** The values of an operand over a tile. */
  async #values(operand: Operand, read: ReadTile): Promise<Values> {
    if ('input' in operand) {
      const place = read.range.inputs.indexOf(operand.input)
      const [bytes, format] = [read.tile.inputs[place], read.formats[place]]
      if (bytes === undefined || format === undefined) throw new Error(`${this.#job.name}: an input is missing`)
      return { bytes, format }
    }
    const bytes = await this.result(operand.stage, read)
    return { bytes, format: { dtype: this.#stage(operand.stage).round, round: null } }
  }

  /** The bytes of a stage's result over a tile, in the stage's dtype. */
  async result(index: number, read: ReadTile, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const { engine } = this.#context
    const program = this.#programs[index]
    if (program)
      return this.load(index, read, async (operands) => engine.map(operands.loaded, await program(operands), into))
    const tile = {
      elementCount: read.tile.elementCount,
      segment: null,
      bytesOf: async (operand: Operand) => (await this.#values(operand, read)).bytes,
      done: (inputs: readonly Uint8Array[]) => giveBack(inputs, read),
    }
    return this.#blends.result(index, tile, into)
  }

  #stage(index: number): JobStage {
    return this.#job.stages[index] as JobStage
  }
}

/** Gives back what was computed for a tile; what was read for it stays. */
function giveBack(bytes: readonly Uint8Array[], { tile }: ReadTile): void {
  freeBytes(bytes.filter((one) => !tile.inputs.includes(one)))
}
