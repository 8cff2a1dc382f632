import { decodeElements } from '../../engine/elements.ts'
import type {
  CountRequest,
  ElementSums,
  ProductRequest,
  RankRequest,
  SumRequest,
} from '../../engine/elementwise/program.ts'
import { ElementTotals } from '../../engine/elementwise/sums.ts'
import type { Job, JobStage } from '../../plan/plan.ts'
import type { TensorContext } from '../tensor-context.ts'
import { rowElements } from '../tiles.ts'
import type { ElementTiles } from './element-tiles.ts'
import type { LoadedOperands, Operands } from './operands.ts'

type Asked<T> = Omit<T, 'inputs' | 'first'>
type PerTile<T> = (operands: LoadedOperands) => Asked<T> | Promise<Asked<T>>

/** Passes over the operands of one stage, to find out what its kernel has to be told. */
export class StagePass {
  readonly job: Job
  readonly stage: JobStage
  readonly #context: TensorContext
  readonly #tiles: ElementTiles
  readonly #operands: Operands

  constructor(job: Job, stage: JobStage, context: TensorContext, tiles: ElementTiles, operands: Operands) {
    this.job = job
    this.stage = stage
    this.#context = context
    this.#tiles = tiles
    this.#operands = operands
  }

  /** Elements of the stage's result. */
  get elementCount(): number {
    return this.stage.rows * rowElements(this.job)
  }

  /** Differences that the stage has, where operand 0 is the base. */
  get differences(): number {
    return this.stage.operands.length - 1
  }

  async each(visit: (operands: LoadedOperands) => void | Promise<void>): Promise<void> {
    for await (const read of this.#tiles.over(this.stage.rows))
      await this.#operands.load(this.stage, read, async (operands) => visit(operands))
  }

  /** Counts over all tiles; `visit` sees each tile's own counts. */
  async count(
    request: PerTile<CountRequest>,
    visit: (counts: Uint32Array, operands: LoadedOperands) => void,
  ): Promise<void> {
    await this.each(async (operands) => visit(await this.countTile(operands, request), operands))
  }

  async countTile(operands: LoadedOperands, request: PerTile<CountRequest>): Promise<Uint32Array> {
    const { formats, first, loaded } = operands
    return this.#context.engine.count(loaded, { inputs: formats, first, ...(await request(operands)) })
  }

  async sum(request: PerTile<SumRequest>): Promise<ElementSums> {
    const totals = new ElementTotals(this.differences)
    await this.each(async (operands) => {
      const { formats, first, loaded } = operands
      totals.add(await this.#context.engine.sum(loaded, { inputs: formats, first, ...(await request(operands)) }))
    })
    return totals.sums()
  }

  /** The divergence of each row of a tile from the base's. */
  async divergences({ loaded, formats, first }: LoadedOperands, rowLength: number): Promise<Float32Array> {
    return this.#context.engine.divergences(loaded, { inputs: formats, first, rowLength })
  }

  /** The inner products of the operands for each row of a tile. */
  async products({ loaded, formats, first }: LoadedOperands, request: Asked<ProductRequest>): Promise<Float64Array> {
    return this.#context.engine.products(loaded, { inputs: formats, first, ...request })
  }

  /** Which elements of a difference stay by their rank. */
  async rank({ loaded, formats, first }: LoadedOperands, request: Asked<RankRequest>): Promise<Uint8Array> {
    return this.#context.engine.rank(loaded, { inputs: formats, first, ...request })
  }

  /** Visits the one tile of which the element of this index is. */
  async at<T>(index: number, visit: (operands: LoadedOperands) => Promise<T>): Promise<T> {
    return this.#operands.load(this.stage, await this.#tiles.at(index), visit)
  }
}

/** The values of all operands over a tile, or from place `at` on. */
export function valuesOf(
  { formats, bytes, elementCount }: LoadedOperands,
  at = 0,
  count = elementCount,
): Float32Array[] {
  return formats.map((format, i) => decodeElements(bytes[i] ?? new Uint8Array(0), format, at, count))
}
