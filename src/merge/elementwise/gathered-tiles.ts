import type { StageCoefficients } from '../../plan/coefficients.ts'
import type { Job, JobStage } from '../../plan/plan.ts'
import { mergedSpaces, outputSpace, type RowSpace, stageSpace } from '../../plan/row-spaces.ts'
import { isElementwise } from '../../plan/rule-kinds.ts'
import { bytesPerElement, type FloatDType } from '../../tensor/dtype.ts'
import { freeBytes } from '../free-bytes.ts'
import { runsOf } from '../gather-rows.ts'
import type { NonFiniteTally } from '../non-finite-tally.ts'
import type { TensorContext } from '../tensor-context.ts'
import { readTiles, rowElements, type TileRange } from '../tiles.ts'
import { elementTileSize } from './element-tiles.ts'
import { GatheredOperands, type Piece } from './gathered-operands.ts'
import type { StageTiles } from './stage-tiles.ts'
import type { LoadedOperands, TileProgram } from './tile-program.ts'

/** Some elements of a row space, and what was asked for of them. */
interface Assembled {
  readonly from: number
  readonly to: number
  readonly arrays: readonly Uint8Array<ArrayBuffer>[]
}

/**
 * The stages of a job whose rows are arranged by token. A stage is gone over in the order of its own rows, whose parts come from the
 * segments that have them: so what it finds is what it would find in a merge of its own.
 */
export class GatheredTiles implements StageTiles {
  readonly isKept = false
  readonly #job: Job
  readonly #context: TensorContext
  readonly #nonFinite: NonFiniteTally
  readonly #operands: GatheredOperands
  readonly #size: number
  readonly #columns: number
  readonly #spaces = new Map<number, readonly RowSpace[]>()

  constructor(job: Job, context: TensorContext, nonFinite: NonFiniteTally) {
    this.#job = job
    this.#context = context
    this.#nonFinite = nonFinite
    this.#operands = new GatheredOperands(job, context)
    const dtypesOf = (index: number) => this.#operands.formats(index).map(({ dtype }) => dtype)
    // Whole rows: so every pass reads the same ranges, and what a pass reads is compared with what the one before it read.
    this.#size = elementTileSize(job, context.engine, context.memoryBudget, dtypesOf, true)
    this.#columns = Math.max(1, rowElements(job))
  }

  add(stage: StageCoefficients | TileProgram): void {
    this.#operands.add(stage)
  }

  async each(index: number, visit: (operands: LoadedOperands) => void | Promise<void>): Promise<void> {
    for (const space of this.#spacesOf(index))
      for await (const tile of this.#filled(index, space, this.#cut(space)))
        await this.#load(index, tile, async (operands) => visit(operands))
  }

  async at<T>(index: number, element: number, visit: (operands: LoadedOperands) => Promise<T>): Promise<T> {
    const [space] = this.#spacesOf(index)
    if (space !== undefined) {
      const ranges = this.#cut(space).filter(({ from, to }) => from <= element && element < to)
      for await (const tile of this.#filled(index, space, ranges)) return await this.#load(index, tile, visit)
    }
    throw new Error(`${this.#job.name}: no tile has element ${element}`)
  }

  async *results(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { stages, dtype, shape } = this.#job
    const { engine, buffers } = this.#context
    const last = stages.length - 1
    const width = bytesPerElement(dtype as FloatDType)
    const program = this.#operands.program(last)
    if (program !== null) {
      for (const space of this.#spacesOf(last))
        for await (const tile of this.#filled(last, space, this.#rowTiles(space), 'last')) {
          const into = buffers.take((tile.to - tile.from) * width)
          yield await this.#load(last, tile, async (operands) =>
            engine.map(operands.loaded, await program(operands), into),
          )
        }
      return
    }
    const space = outputSpace(this.#job, shape[0] ?? 1)
    const result = async (piece: Piece) => [await this.#operands.result(last, piece)]
    for await (const { arrays } of this.#assemble(space, this.#rowTiles(space), [width], result, 'output')) {
      const [bytes] = arrays
      if (bytes !== undefined) yield bytes
    }
  }

  #spacesOf(index: number): readonly RowSpace[] {
    let spaces = this.#spaces.get(index)
    if (spaces === undefined) {
      const isOwn = isElementwise((this.#job.stages[index] as JobStage).rule)
      spaces = isOwn ? [stageSpace(this.#job, index)] : mergedSpaces(this.#job, index)
      this.#spaces.set(index, spaces)
    }
    return spaces
  }

  /** Tiles of whole blocks, on which sums do not depend; rows of odd lengths may be cut. */
  #cut({ rows }: RowSpace): readonly Pick<TileRange, 'from' | 'to'>[] {
    return ranges(rows * this.#columns, this.#size)
  }

  /** Tiles of whole rows. */
  #rowTiles({ rows }: RowSpace): readonly Pick<TileRange, 'from' | 'to'>[] {
    return ranges(rows * this.#columns, Math.max(1, Math.floor(this.#size / this.#columns)) * this.#columns)
  }

  #filled(
    index: number,
    space: RowSpace,
    tiles: readonly Pick<TileRange, 'from' | 'to'>[],
    use: 'measured' | 'last' = 'measured',
  ) {
    const widths = this.#operands.formats(index).map(({ dtype }) => bytesPerElement(dtype))
    const filled = async (piece: Piece) => (await this.#operands.filled(index, piece)) as Uint8Array<ArrayBuffer>[]
    return this.#assemble(space, tiles, widths, filled, use)
  }

  async #load<T>(
    index: number,
    { from, to, arrays: bytes }: Assembled,
    use: (operands: LoadedOperands) => Promise<T>,
  ): Promise<T> {
    const { engine } = this.#context
    const formats = this.#operands.formats(index)
    const elementCount = to - from
    const loaded = engine.load(
      { elementCount, inputs: bytes },
      formats.map(({ dtype }) => dtype),
    )
    try {
      return await use({ loaded, formats, bytes, elementCount, first: from })
    } finally {
      engine.unload(loaded)
    }
  }

  /**
   * Reads the rows of tiles, and puts what is made of the parts of each together; rows of no segment are zeros. A tile's bytes are given back
   * when the next is asked for, unless they are the output.
   * @param widths bytes an element of each array that `make` gives
   * @param use in the last reading the inputs' elements are counted
   */
  async *#assemble(
    space: RowSpace,
    tiles: readonly Pick<TileRange, 'from' | 'to'>[],
    widths: readonly number[],
    make: (piece: Piece) => Promise<Uint8Array<ArrayBuffer>[]>,
    use: 'measured' | 'last' | 'output',
  ): AsyncGenerator<Assembled> {
    const { files, onRead, signal } = this.#context
    const columns = this.#columns
    const parts = tiles.map(({ from, to }) =>
      partsOf(space, Math.floor(from / columns), Math.ceil(to / columns), columns),
    )
    const reads = readTiles({ ...this.#job, segments: space.segments }, parts.flat(), files, onRead)
    for (const [t, { from, to }] of tiles.entries()) {
      const firstRow = Math.floor(from / columns)
      const rows = Math.ceil(to / columns) - firstRow
      const whole = widths.map((width) => new Uint8Array(rows * columns * width))
      for (const { segment } of parts[t] ?? []) {
        signal.throwIfAborted()
        const next = await reads.next()
        if (next.done === true) throw new Error(`${this.#job.name}: a tile is missing`)
        const piece: Piece = { ...next.value, segment: space.segments[segment] as Piece['segment'] }
        const { range, tile } = piece
        if (use !== 'measured') this.#nonFinite.addInputs(tile.inputs, range.inputs)
        const made = await make(piece)
        const output = piece.segment.gather?.output ?? new Int32Array(0)
        const begin = range.from / columns
        for (const { row, place, count } of runsOf(output, begin, range.to / columns))
          for (const [k, bytes] of made.entries()) {
            const width = columns * (widths[k] ?? 0)
            const at = (place - begin) * width
            whole[k]?.set(bytes.subarray(at, at + count * width), (row - firstRow) * width)
          }
        freeBytes([...made, ...tile.inputs])
      }
      const shift = from - firstRow * columns
      try {
        yield {
          from,
          to,
          arrays: whole.map((bytes, k) => {
            const width = widths[k] ?? 0
            return bytes.subarray(shift * width, (shift + to - from) * width)
          }),
        }
      } finally {
        // Also where nobody asks for another tile.
        if (use !== 'output') freeBytes(whole)
      }
    }
  }
}

function ranges(end: number, elements: number): { from: number; to: number }[] {
  return Array.from({ length: Math.ceil(end / elements) }, (_, i) => ({
    from: i * elements,
    to: Math.min(end, (i + 1) * elements),
  }))
}

/** The parts of each segment that lie in the rows [first, end) of a space. */
function partsOf({ segments }: RowSpace, first: number, end: number, columns: number): TileRange[] {
  return segments.flatMap(({ gather, inputs }, segment): TileRange[] => {
    const output = gather?.output ?? null
    if (output === null) return []
    const [from, to] = [placeOf(output, first), placeOf(output, end)]
    return from === to ? [] : [{ segment, from: from * columns, to: to * columns, inputs }]
  })
}

/** How many of ascending numbers are below one. */
function placeOf(numbers: Int32Array, limit: number): number {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((numbers[middle] ?? 0) < limit) low = middle + 1
    else high = middle
  }
  return low
}
