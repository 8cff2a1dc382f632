import type { ElementProgram } from '../../engine/elementwise/program.ts'
import type { InputFormat, LoadedTile } from '../../engine/index.ts'
import type { StageCoefficients } from '../../plan/coefficients.ts'
import type { Job, JobInput, JobSource, JobStage, Operand } from '../../plan/plan.ts'
import { isElementwise } from '../../plan/rule-kinds.ts'
import { bytesPerElement } from '../../tensor/dtype.ts'
import { freeBytes } from '../free-bytes.ts'
import { restrict } from '../measure-operands.ts'
import { blendProgram } from '../program.ts'
import type { TensorContext } from '../tensor-context.ts'
import type { ReadTile } from '../tiles.ts'

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

/**
 * Computes inputs and stages over tiles. Element-wise stages are kernels over the bytes of their operands; all others are blends, of inputs
 * and of the results of element-wise stages, which join them as further inputs.
 */
export class Operands {
  readonly #job: Job
  readonly #context: TensorContext
  readonly #blends: Blends
  readonly #coefficients: (StageCoefficients | null)[] = []
  readonly #programs: (TileProgram | null)[] = []

  constructor(job: Job, context: TensorContext) {
    this.#job = job
    this.#context = context
    this.#blends = blendsOf(job)
  }

  /** What the next stage does: a blend with these coefficients, or an element-wise program. */
  add(stage: StageCoefficients | TileProgram): void {
    this.#coefficients.push(typeof stage === 'function' ? null : stage)
    this.#programs.push(typeof stage === 'function' ? stage : null)
  }

  /** Loads the operands of a stage over a tile for `use`. */
  async load<T>(stage: JobStage, read: ReadTile, use: (operands: LoadedOperands) => Promise<T>): Promise<T> {
    const { engine } = this.#context
    const values: Values[] = []
    for (const operand of stage.operands) values.push(await this.values(operand, read))
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
  async values(operand: Operand, read: ReadTile, into?: Uint8Array<ArrayBuffer>): Promise<Values> {
    if ('input' in operand) {
      const place = read.range.inputs.indexOf(operand.input)
      const [bytes, format] = [read.tile.inputs[place], read.formats[place]]
      if (bytes === undefined || format === undefined) throw new Error(`${this.#job.name}: an input is missing`)
      return { bytes, format }
    }
    return {
      bytes: await this.result(operand.stage, read, into),
      format: { dtype: this.#stage(operand.stage).round, round: null },
    }
  }

  /** The bytes of a stage's result over a tile, in the stage's dtype. */
  async result(index: number, read: ReadTile, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const { engine } = this.#context
    const program = this.#programs[index]
    if (program) {
      return this.load(this.#stage(index), read, async (operands) =>
        engine.map(operands.loaded, await program(operands), into),
      )
    }
    const { job, places } = this.#blends
    const kept = this.#coefficients.flatMap((one) => one ?? [])
    const whole = blendProgram(job, kept, places[index]?.place)
    const used = [
      ...new Set(
        whole.stages
          .flatMap(({ terms }) => terms.map(({ operand }) => operand))
          .filter((at) => at < whole.inputs.length),
      ),
    ].sort((a, b) => a - b)
    const inputs: Uint8Array[] = []
    for (const input of used) inputs.push((await this.values(this.#blends.operand(input), read)).bytes)
    const restricted = restrict(whole, used)
    const { elementCount } = read.tile
    if (used.length === 0) return new Uint8Array(elementCount * bytesPerElement(this.#stage(index).round))
    const loaded = engine.load(
      { elementCount, inputs },
      restricted.inputs.map(({ dtype }) => dtype),
    )
    try {
      return await engine.blend(loaded, restricted, into)
    } finally {
      engine.unload(loaded)
      giveBack(inputs, read)
    }
  }

  #stage(index: number): JobStage {
    return this.#job.stages[index] as JobStage
  }
}

/** Gives back what was computed for a tile; what was read for it stays. */
function giveBack(bytes: readonly Uint8Array[], { tile }: ReadTile): void {
  freeBytes(bytes.filter((one) => !tile.inputs.includes(one)))
}

/** A job of blends alone, in which the results of element-wise stages are inputs. */
interface Blends {
  readonly job: Job
  /** For each stage of the whole job: its index among the stages, or among the inputs. */
  readonly places: readonly { readonly place: number; readonly isInput: boolean }[]
  /** What an input is in the whole job. */
  readonly operand: (input: number) => Operand
}

function blendsOf(job: Job): Blends {
  const sources: JobSource[] = [...job.sources]
  const inputs: JobInput[] = [...job.inputs]
  const stages: JobStage[] = []
  const places: { place: number; isInput: boolean }[] = []
  const results = new Map<number, number>()
  const mapped = (operand: Operand): Operand => {
    if ('input' in operand) return operand
    const { place, isInput } = places[operand.stage] ?? { place: -1, isInput: true }
    return isInput ? { input: place } : { stage: place }
  }
  for (const [index, stage] of job.stages.entries()) {
    if (!isElementwise(stage.rule)) {
      places.push({ place: stages.push({ ...stage, operands: stage.operands.map(mapped) }) - 1, isInput: false })
      continue
    }
    const tensor = { ...(job.sources[0] as JobSource).tensor, dtype: stage.round }
    const source = sources.push({ checkpoint: -1, tensor }) - 1
    const place = inputs.push({ source, round: null }) - 1
    results.set(place, index)
    places.push({ place, isInput: true })
  }
  return {
    job: { ...job, sources, inputs, stages },
    places,
    operand: (input) => {
      const stage = results.get(input)
      return stage === undefined ? { input } : { stage }
    },
  }
}
