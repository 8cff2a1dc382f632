import { type Engine, GRAM_BLOCK } from '../../engine/index.ts'
import type { Job, JobStage } from '../../plan/plan.ts'
import { isElementwise } from '../../plan/rule-kinds.ts'
import { type FloatDType, isFloatDType } from '../../tensor/dtype.ts'
import { elementCount } from '../../tensor/tensor.ts'
import { freeBytes } from '../free-bytes.ts'
import type { NonFiniteTally } from '../non-finite-tally.ts'
import type { TensorContext } from '../tensor-context.ts'
import { cutTiles, type ReadTile, readTiles, rowElements, type TileRange, tileElements } from '../tiles.ts'

/** Elements of a vector of the last axis; a vector is one row. */
export function vectorLength(job: Job): number {
  return job.shape.length < 2 ? elementCount(job.shape) : (job.shape.at(-1) ?? 1)
}

/** True of stages that take whole rows at a time. */
function needsRows({ rule }: JobStage): boolean {
  if (rule.method === 'nuslerp-rows') return rule.along === 'rows'
  return ['della', 'della_linear', 'arcee_fusion', 'model_stock-rows'].includes(rule.method)
}

/**
 * Elements of a tile of a job with element-wise stages: whole rows where a stage takes rows, and whole blocks of GRAM_BLOCK elements, so that
 * sums don't depend on the tile size. Rows of odd lengths come to blocks only in millions of elements; then rows are all that is kept.
 * @param dtypesOf how the operands of a stage are stored
 * @param wholeRows true where tiles are to be whole rows where that can be, even if no stage takes rows
 */
export function elementTileSize(
  job: Job,
  engine: Engine,
  memoryBudget: number,
  dtypesOf: (stage: number) => readonly FloatDType[] = (stage) => operandDTypes(job, stage),
  wholeRows = false,
): number {
  const sizes = job.stages.flatMap(({ rule }, index) =>
    isElementwise(rule) ? [engine.maxTileElements(dtypesOf(index))] : [],
  )
  const wanted = Math.min(tileElements(job, engine, memoryBudget), ...sizes)
  const takesRows = job.stages.some(needsRows)
  if (!takesRows && !wholeRows) return wanted
  const length = Math.max(1, vectorLength(job))
  const unit = (length / commonDivisor(length, GRAM_BLOCK)) * GRAM_BLOCK
  if (unit <= wanted) return Math.floor(wanted / unit) * unit
  return takesRows ? Math.max(1, Math.floor(wanted / length)) * length : wanted
}

function operandDTypes(job: Job, stage: number): FloatDType[] {
  return (job.stages[stage]?.operands ?? []).map((operand) => {
    if ('stage' in operand) return job.stages[operand.stage]?.round ?? 'F32'
    const dtype = job.sources[job.inputs[operand.input]?.source ?? -1]?.tensor.dtype
    return dtype !== undefined && isFloatDType(dtype) ? dtype : 'F32'
  })
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b)
}

/** The tiles of a job, pass after pass: read once and kept where the plan says that they fit, else read in every pass. */
export class ElementTiles {
  readonly #job: Job
  readonly #context: TensorContext
  readonly #nonFinite: NonFiniteTally
  readonly #ranges: readonly TileRange[]
  readonly #kept = new Map<TileRange, ReadTile>()
  /** Tiles of which NaN and infinities are counted. */
  readonly #counted = new Set<TileRange>()
  /** Bytes without any. */
  readonly #finite = new WeakSet<Uint8Array>()

  constructor(job: Job, context: TensorContext, nonFinite: NonFiniteTally) {
    this.#job = job
    this.#context = context
    this.#nonFinite = nonFinite
    this.#ranges = cutTiles(job, job.segments, elementTileSize(job, context.engine, context.memoryBudget))
  }

  /** These bytes of a tile have no NaN and no infinity. */
  noteFinite(bytes: Uint8Array): void {
    this.#finite.add(bytes)
  }

  /**
   * The tiles of the first `rows` rows, in order; a tile's bytes are given back when the next is asked for, unless it is kept.
   * @param isLast of all passes the last, after which tiles are looked through for NaN and infinities where no kernel did so
   */
  async *over(rows: number, isLast = false): AsyncGenerator<ReadTile> {
    const columns = rowElements(this.#job)
    const output = (this.#job.shape[0] ?? 1) * columns
    for await (const tile of this.#read(this.#ranges.filter(({ to }) => to <= rows * columns))) {
      yield tile
      // Rows that the output lacks are in none of the last pass's tiles.
      if (isLast || tile.range.to > output) this.#count(tile)
      if (isLast) this.#kept.delete(tile.range)
      if (!this.#kept.has(tile.range)) freeBytes(tile.tile.inputs)
    }
  }

  /** The tile of which the element of this index is. */
  async at(index: number): Promise<ReadTile> {
    const range = this.#ranges.filter(({ from, to }) => from <= index && index < to)
    for await (const tile of this.#read(range)) return tile
    throw new Error(`${this.#job.name}: no tile has element ${index}`)
  }

  async *#read(ranges: readonly TileRange[]): AsyncGenerator<ReadTile> {
    const { files, onRead, signal } = this.#context
    const missing = ranges.filter((range) => !this.#kept.has(range))
    const reads = readTiles(this.#job, missing, files, onRead)
    for (const range of ranges) {
      signal.throwIfAborted()
      const kept = this.#kept.get(range)
      if (kept !== undefined) {
        yield kept
        continue
      }
      const next = await reads.next()
      if (next.done === true) throw new Error(`${this.#job.name}: a tile is missing`)
      const tile = next.value
      if (this.#job.kind === 'resident') this.#kept.set(range, tile)
      yield tile
    }
  }

  /** Counts NaN and infinities of a tile, once. */
  #count({ range, tile }: ReadTile): void {
    if (this.#counted.has(range)) return
    this.#counted.add(range)
    const all = range.inputs.map((input, place) => ({ input, bytes: tile.inputs[place] as Uint8Array }))
    const left = all.filter(({ bytes }) => !this.#finite.has(bytes))
    this.#nonFinite.addInputs(
      left.map(({ bytes }) => bytes),
      left.map(({ input }) => input),
    )
  }
}
