import type { StageCoefficients } from '../../plan/coefficients.ts'
import type { Job, JobStage } from '../../plan/plan.ts'
import { bytesPerElement, type FloatDType } from '../../tensor/dtype.ts'
import type { NonFiniteTally } from '../non-finite-tally.ts'
import type { TensorContext } from '../tensor-context.ts'
import { ElementTiles } from './element-tiles.ts'
import { Operands } from './operands.ts'
import type { StageTiles } from './stage-tiles.ts'
import type { LoadedOperands, TileProgram } from './tile-program.ts'

/** The stages of a job whose rows are where they were: one tile of every input for all of them. */
export class WholeTiles implements StageTiles {
  readonly #job: Job
  readonly #context: TensorContext
  readonly #tiles: ElementTiles
  readonly #operands: Operands

  constructor(job: Job, context: TensorContext, nonFinite: NonFiniteTally) {
    this.#job = job
    this.#context = context
    this.#tiles = new ElementTiles(job, context, nonFinite)
    this.#operands = new Operands(job, context, (bytes) => this.#tiles.noteFinite(bytes))
  }

  get isKept(): boolean {
    return this.#job.kind === 'resident'
  }

  add(stage: StageCoefficients | TileProgram): void {
    this.#operands.add(stage)
  }

  async each(index: number, visit: (operands: LoadedOperands) => void | Promise<void>): Promise<void> {
    const stage = this.#stage(index)
    for await (const read of this.#tiles.over(stage.rows))
      await this.#operands.load(index, read, async (operands) => visit(operands))
  }

  async at<T>(index: number, element: number, visit: (operands: LoadedOperands) => Promise<T>): Promise<T> {
    return this.#operands.load(index, await this.#tiles.at(element), visit)
  }

  async *results(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { dtype, shape, stages } = this.#job
    const width = bytesPerElement(dtype as FloatDType)
    for await (const read of this.#tiles.over(shape[0] ?? 1, true)) {
      this.#context.signal.throwIfAborted()
      const into = this.#context.buffers.take(read.tile.elementCount * width)
      yield await this.#operands.result(stages.length - 1, read, into)
    }
  }

  #stage(index: number): JobStage {
    return this.#job.stages[index] as JobStage
  }
}
