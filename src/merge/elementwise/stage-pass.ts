import { decodeElements } from '../../engine/elements.ts'
import type {
  CountRequest,
  ElementSums,
  ProductRequest,
  RankRequest,
  SumRequest,
} from '../../engine/elementwise/program.ts'
import { ElementTotals } from '../../engine/elementwise/sums.ts'
import type { Engine } from '../../engine/index.ts'
import type { Job, JobStage } from '../../plan/plan.ts'
import { bytesPerElement } from '../../tensor/dtype.ts'
import { rowElements } from '../tiles.ts'
import type { StageTiles } from './stage-tiles.ts'
import type { LoadedOperands } from './tile-program.ts'

type Asked<T> = Omit<T, 'inputs' | 'first'>
type PerTile<T> = (operands: LoadedOperands) => Asked<T> | Promise<Asked<T>>

/** Passes over the operands of one stage, to find out what its kernel has to be told. */
export class StagePass {
  readonly job: Job
  readonly stage: JobStage
  readonly #index: number
  readonly #engine: Engine
  readonly #tiles: StageTiles

  /** @param index of the stage */
  constructor(job: Job, index: number, engine: Engine, tiles: StageTiles) {
    this.job = job
    this.stage = job.stages[index] as JobStage
    this.#index = index
    this.#engine = engine
    this.#tiles = tiles
  }

  /** Elements of the stage's result. */
  get elementCount(): number {
    return this.stage.rows * rowElements(this.job)
  }

  /** Differences that the stage has, where operand 0 is the base. */
  get differences(): number {
    return this.stage.operands.length - 1
  }

  /** True where a pass reads nothing that an earlier one has read. */
  get isKept(): boolean {
    return this.#tiles.isKept
  }

  async each(visit: (operands: LoadedOperands) => void | Promise<void>): Promise<void> {
    return this.#tiles.each(this.#index, visit)
  }

  /** Goes over all tiles in pieces of so many elements, a multiple of GRAM_BLOCK. */
  async pieces(elements: number, visit: (operands: LoadedOperands) => Promise<void>): Promise<void> {
    await this.each(async (operands) => {
      for (let at = 0; at < operands.elementCount; at += elements)
        await this.piece(operands, at, Math.min(elements, operands.elementCount - at), visit)
    })
  }

  /** Loads the elements from place `at` of a tile on as a tile of their own. */
  async piece<T>(
    operands: LoadedOperands,
    at: number,
    elementCount: number,
    visit: (operands: LoadedOperands) => Promise<T>,
  ): Promise<T> {
    const { formats, first } = operands
    if (elementCount === operands.elementCount) return visit(operands)
    const bytes = operands.bytes.map((all, i) => {
      const width = bytesPerElement(formats[i]?.dtype ?? 'F32')
      return all.subarray(at * width, (at + elementCount) * width)
    })
    const loaded = this.#engine.load(
      { elementCount, inputs: bytes },
      formats.map(({ dtype }) => dtype),
    )
    try {
      return await visit({ loaded, formats, bytes, first: first + at, elementCount })
    } finally {
      this.#engine.unload(loaded)
    }
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
    return this.#engine.count(loaded, { inputs: formats, first, ...(await request(operands)) })
  }

  async sum(request: PerTile<SumRequest>): Promise<ElementSums> {
    const totals = new ElementTotals(this.differences)
    await this.each(async (operands) => {
      const { formats, first, loaded } = operands
      totals.add(await this.#engine.sum(loaded, { inputs: formats, first, ...(await request(operands)) }))
    })
    return totals.sums()
  }

  /** The divergence of each row of a tile from the base's. */
  async divergences({ loaded, formats, first }: LoadedOperands, rowLength: number): Promise<Float32Array> {
    return this.#engine.divergences(loaded, { inputs: formats, first, rowLength })
  }

  /** The inner products of the operands for each row of a tile. */
  async products({ loaded, formats, first }: LoadedOperands, request: Asked<ProductRequest>): Promise<Float64Array> {
    return this.#engine.products(loaded, { inputs: formats, first, ...request })
  }

  /** Which elements of a difference stay by their rank. */
  async rank({ loaded, formats, first }: LoadedOperands, request: Asked<RankRequest>): Promise<Uint8Array> {
    return this.#engine.rank(loaded, { inputs: formats, first, ...request })
  }

  /** Visits the one tile of which the element of this index is. */
  async at<T>(index: number, visit: (operands: LoadedOperands) => Promise<T>): Promise<T> {
    return this.#tiles.at(this.#index, index, visit)
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
