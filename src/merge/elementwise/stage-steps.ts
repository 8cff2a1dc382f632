import type { InputFormat } from '../../engine/index.ts'
import type { StageCoefficients } from '../../plan/coefficients.ts'
import type { Job, JobStage, Operand } from '../../plan/plan.ts'
import type { TensorContext } from '../tensor-context.ts'
import type { ReadTile } from '../tiles.ts'
import { Blends } from './blends.ts'
import type { TileProgram } from './tile-program.ts'

/** The values of something over one tile. */
export interface Values {
  readonly bytes: Uint8Array
  readonly format: InputFormat
}

/** What is known so far of a job's stages: those before the one that is being measured. */
export class StageSteps {
  readonly blends: Blends
  readonly #job: Job
  readonly #programs: (TileProgram | null)[] = []

  constructor(job: Job, { engine }: TensorContext) {
    this.#job = job
    this.blends = new Blends(job, engine)
  }

  /** What the next stage does: a blend with these coefficients, or an element-wise program. */
  add(stage: StageCoefficients | TileProgram): void {
    if (typeof stage !== 'function') this.blends.add(stage)
    this.#programs.push(typeof stage === 'function' ? stage : null)
  }

  /** @returns null for a blend */
  program(index: number): TileProgram | null {
    return this.#programs[index] ?? null
  }

  stage(index: number): JobStage {
    return this.#job.stages[index] as JobStage
  }

  /** The values of an operand over a tile. @param result gives the bytes of a stage, in the stage's dtype */
  async values(operand: Operand, read: ReadTile, result: (stage: number) => Promise<Uint8Array>): Promise<Values> {
    if ('stage' in operand)
      return { bytes: await result(operand.stage), format: { dtype: this.stage(operand.stage).round, round: null } }
    const place = read.range.inputs.indexOf(operand.input)
    const [bytes, format] = [read.tile.inputs[place], read.formats[place]]
    if (bytes === undefined || format === undefined) throw new Error(`${this.#job.name}: an input is missing`)
    return { bytes, format }
  }
}
