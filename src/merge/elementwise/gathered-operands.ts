import type { InputFormat } from '../../engine/index.ts'
import type { StageCoefficients } from '../../plan/coefficients.ts'
import type { Job, Operand, RowSegment } from '../../plan/plan.ts'
import { bytesPerElement } from '../../tensor/dtype.ts'
import { freeBytes } from '../free-bytes.ts'
import { runsOf } from '../gather-rows.ts'
import type { TensorContext } from '../tensor-context.ts'
import { type ReadTile, rowElements } from '../tiles.ts'
import { filledFormats, isSame, type Share, sharesOf } from './filled-rows.ts'
import { StageSteps, type Values } from './stage-steps.ts'
import type { TileProgram } from './tile-program.ts'

/** Whole rows of one segment, with the inputs that a stage is made of. */
export interface Piece extends ReadTile {
  readonly segment: RowSegment
}

/**
 * Computes stages over rows that are arranged by token. An element-wise stage takes its operands as whole tensors, in which the rows that one
 * lacks are filled in; its kernel is told where its rows lie in its own result, one run of them after the other.
 */
export class GatheredOperands {
  readonly #job: Job
  readonly #context: TensorContext
  readonly #steps: StageSteps
  readonly #formats = new Map<number, readonly InputFormat[]>()

  constructor(job: Job, context: TensorContext) {
    this.#job = job
    this.#context = context
    this.#steps = new StageSteps(job, context)
  }

  /** What the next stage does: a blend with these coefficients, or an element-wise program. */
  add(stage: StageCoefficients | TileProgram): void {
    this.#steps.add(stage)
  }

  program(index: number): TileProgram | null {
    return this.#steps.program(index)
  }

  /** How the operands of the stage of this index are stored. */
  formats(index: number): readonly InputFormat[] {
    const known = this.#formats.get(index) ?? filledFormats(this.#job, index)
    this.#formats.set(index, known)
    return known
  }

  /** The bytes of all operands of a stage over some rows, filled in. */
  async filled(index: number, piece: Piece): Promise<Uint8Array[]> {
    const { operands } = this.#steps.stage(index)
    const rows = piece.segment.gather?.stages[index] ?? 'absent'
    const plain = new Map<number, Values>()
    const valuesOf = async (k: number): Promise<Values> => {
      const values = plain.get(k) ?? (await this.#values(operands[k] as Operand, piece))
      plain.set(k, values)
      return values
    }
    const filled: Uint8Array[] = []
    for (const [k, format] of this.formats(index).entries()) {
      const shares = sharesOf(rows, k, operands.length)
      const [first] = shares
      const only = shares.length === 1 && first?.share === 1 ? await valuesOf(first.operand) : null
      if (shares.length === 0) filled.push(new Uint8Array(piece.tile.elementCount * bytesPerElement(format.dtype)))
      else if (only !== null && isSame(only.format, format)) filled.push(only.bytes)
      else filled.push(await this.#mixed(shares, valuesOf, format, piece.tile.elementCount))
    }
    return filled
  }

  /** The bytes of a stage's result over some rows, in the stage's dtype. */
  async result(index: number, piece: Piece): Promise<Uint8Array<ArrayBuffer>> {
    const program = this.#steps.program(index)
    if (program !== null) return this.#mapped(index, program, piece)
    return this.#steps.blends.result(index, {
      elementCount: piece.tile.elementCount,
      segment: piece.segment,
      bytesOf: async (operand) => (await this.#values(operand, piece)).bytes,
      done: (inputs) => freeBytes(inputs.filter((bytes) => !piece.tile.inputs.includes(bytes))),
    })
  }

  /** An element-wise stage, run by run of rows that follow each other in its own result. */
  async #mapped(index: number, program: TileProgram, piece: Piece): Promise<Uint8Array<ArrayBuffer>> {
    const { engine } = this.#context
    const { segment, range, tile } = piece
    const columns = rowElements(this.#job)
    const own = segment.gather?.own?.[index]
    if (!own) throw new Error(`${this.#job.name}: stage ${index} has no such rows`)
    const formats = this.formats(index)
    const dtypes = formats.map(({ dtype }) => dtype)
    const whole = await this.filled(index, piece)
    const rowBytes = columns * bytesPerElement(this.#steps.stage(index).round)
    const result = new Uint8Array(tile.elementCount * bytesPerElement(this.#steps.stage(index).round))
    const begin = range.from / columns
    for (const { row, place, count } of runsOf(own, begin, range.to / columns)) {
      this.#context.signal.throwIfAborted()
      const elementCount = count * columns
      const bytes = whole.map((all, k) => {
        const width = columns * bytesPerElement(dtypes[k] ?? 'F32')
        return all.subarray((place - begin) * width, (place - begin + count) * width)
      })
      const loaded = engine.load({ elementCount, inputs: bytes }, dtypes)
      try {
        const made = await program({ loaded, formats, bytes, elementCount, first: row * columns })
        result.set(await engine.map(loaded, made), (place - begin) * rowBytes)
      } finally {
        engine.unload(loaded)
      }
    }
    freeBytes(whole.filter((bytes) => !tile.inputs.includes(bytes)))
    return result
  }

  /** A mean of operands, or one of them in another format. */
  async #mixed(
    shares: readonly Share[],
    valuesOf: (operand: number) => Promise<Values>,
    { dtype }: InputFormat,
    elementCount: number,
  ): Promise<Uint8Array> {
    const { engine } = this.#context
    const values: Values[] = []
    for (const { operand } of shares) values.push(await valuesOf(operand))
    const loaded = engine.load(
      { elementCount, inputs: values.map(({ bytes }) => bytes) },
      values.map(({ format }) => format.dtype),
    )
    try {
      const terms = shares.map(({ share }, operand) => ({ operand, coefficient: share }))
      return await engine.blend(loaded, {
        inputs: values.map(({ format }) => format),
        stages: [{ terms, round: dtype }],
      })
    } finally {
      engine.unload(loaded)
    }
  }

  #values(operand: Operand, piece: Piece): Promise<Values> {
    return this.#steps.values(operand, piece, (stage) => this.result(stage, piece))
  }
}
