import { addGramPart, type BlendProgram, type Engine, emptyGramPart, type InputFormat } from '../engine/index.ts'
import type { JobCoefficients } from '../plan/coefficients.ts'
import type { Job, Operand, RowSegment } from '../plan/plan.ts'
import { stageRows } from '../plan/row-coefficients.ts'
import { isBased } from '../plan/rule-kinds.ts'
import { blendProgram, inputFormats } from './program.ts'
import type { TensorContext } from './tensor-context.ts'
import { cutTiles, type ReadTile, readTiles, tileElements } from './tiles.ts'

/**
 * Measures the inner products of the operands of stage `soFar.needs` as they are after rounding: each tile's operands are blended to their
 * own dtype, and gram runs over those. Needed where the collapsed Gram matrix is not near enough (see coefficients.ts), and for
 * differences from a base; reads the inputs once more.
 *
 * @returns K x K for K operands, row-major. Where operand 0 is a base, the other vectors are their differences from it, taken in F32;
 *   row and column 0 are the base's own products, with itself and with the differences.
 */
export async function measureOperands(job: Job, soFar: JobCoefficients, context: TensorContext): Promise<Float64Array> {
  const { engine, files, memoryBudget, onRead, signal } = context
  const index = soFar.needs ?? -1
  const stage = job.stages[index]
  if (stage === undefined) throw new Error(`${job.name}: no stage to measure`)
  const segments = job.segments.filter((segment) => stageRows(job, index, segment) === 'merged')
  const ranges = cutTiles(job, segments, tileElements(job, engine, memoryBudget))
  const total = emptyGramPart(stage.operands.length)
  const origin = isBased(stage.rule) ? 0 : null
  for await (const read of readTiles(job, ranges, files, onRead)) {
    signal.throwIfAborted()
    const segment = job.segments[read.range.segment] ?? null
    const operands = stage.operands.map((operand) => operandProgram(job, soFar, operand, segment))
    const inputs = await operandBytes(engine, operands, read)
    const formats = operands.map(({ format }) => format)
    const together = engine.load(
      { elementCount: read.tile.elementCount, inputs },
      formats.map(({ dtype }) => dtype),
    )
    try {
      addGramPart(total, await engine.gram(together, { inputs: formats, origin }))
    } finally {
      engine.unload(together)
    }
  }
  return total.gram
}

type OperandProgram =
  | { readonly input: number; readonly format: InputFormat }
  | { readonly program: BlendProgram; readonly format: InputFormat }

function operandProgram(
  job: Job,
  soFar: JobCoefficients,
  operand: Operand,
  segment: RowSegment | null,
): OperandProgram {
  if ('input' in operand) return { input: operand.input, format: inputFormats(job)[operand.input] as InputFormat }
  const program = blendProgram(job, soFar.stages, operand.stage, segment)
  const round = program.stages.at(-1)?.round
  if (round === undefined) throw new Error(`${job.name}: stage ${operand.stage} makes nothing`)
  return { program, format: { dtype: round, round: null } }
}

/** The bytes of each operand over one tile. */
async function operandBytes(
  engine: Engine,
  operands: readonly OperandProgram[],
  { range, tile, formats }: ReadTile,
): Promise<Uint8Array[]> {
  const loaded = engine.load(
    tile,
    formats.map(({ dtype }) => dtype),
  )
  try {
    const bytes: Uint8Array[] = []
    for (const operand of operands)
      bytes.push(
        'input' in operand
          ? (tile.inputs[range.inputs.indexOf(operand.input)] as Uint8Array)
          : await engine.blend(loaded, restrict(operand.program, range.inputs)),
      )
    return bytes
  } finally {
    engine.unload(loaded)
  }
}

/** The same program over the inputs that a segment has, renumbered in their order. */
export function restrict(program: BlendProgram, present: readonly number[]): BlendProgram {
  const absent = program.inputs.length - present.length
  if (absent === 0) return program
  const place = (operand: number): number =>
    operand < program.inputs.length ? present.indexOf(operand) : operand - absent
  return {
    inputs: present.map((input) => program.inputs[input] as InputFormat),
    stages: program.stages.map((stage) => ({
      ...stage,
      terms: stage.terms.map(({ operand, coefficient }) => ({ operand: place(operand), coefficient })),
    })),
  }
}
