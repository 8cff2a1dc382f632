import type { BlendProgram, Engine, InputFormat, LoadedTile } from '../engine/engine.ts'
import type { JobCoefficients, PairGram } from '../plan/coefficients.ts'
import type { Job, Operand, RowSegment } from '../plan/plan.ts'
import { stageRows } from '../plan/row-coefficients.ts'
import { blendProgram, inputFormats } from './program.ts'
import type { TensorContext } from './tensor-context.ts'
import { cutTiles, type ReadTile, readTiles, tileElements } from './tiles.ts'

/**
 * Measures the inner products of a stage's two operands as they are after rounding: each tile's operands are blended to their own dtype,
 * and gram runs over those. Needed where the collapsed Gram matrix is not near enough (see coefficients.ts); reads the inputs once more.
 */
export async function measurePair(job: Job, soFar: JobCoefficients, context: TensorContext): Promise<PairGram> {
  const { engine, files, memoryBudget, onRead, signal } = context
  const stage = job.stages[soFar.needs ?? -1]
  const [a, b] = stage?.operands ?? []
  if (stage === undefined || a === undefined || b === undefined) throw new Error(`${job.name}: no stage to measure`)
  const segments = job.segments.filter((segment) => stageRows(job, soFar.needs ?? -1, segment) === 'merged')
  const ranges = cutTiles(job, segments, tileElements(job, engine, memoryBudget))
  const pair = { aa: 0, ab: 0, bb: 0 }
  for await (const read of readTiles(job, ranges, files, onRead)) {
    signal.throwIfAborted()
    const segment = job.segments[read.range.segment] ?? null
    const operands = [a, b].map((operand) => operandProgram(job, soFar, operand, segment))
    const loaded = engine.load(
      read.tile,
      read.formats.map(({ dtype }) => dtype),
    )
    let inputs: readonly Uint8Array[]
    try {
      inputs = [
        await operandBytes(engine, operands[0], loaded, read),
        await operandBytes(engine, operands[1], loaded, read),
      ]
    } finally {
      engine.unload(loaded)
    }
    const formats = operands.map((operand) => operand.format)
    const both = engine.load(
      { elementCount: read.tile.elementCount, inputs },
      formats.map(({ dtype }) => dtype),
    )
    try {
      const { gram } = await engine.gram(both, { inputs: formats, origin: null })
      pair.aa += gram[0] ?? 0
      pair.ab += gram[1] ?? 0
      pair.bb += gram[3] ?? 0
    } finally {
      engine.unload(both)
    }
  }
  return pair
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

async function operandBytes(
  engine: Engine,
  operand: OperandProgram | undefined,
  loaded: LoadedTile,
  { range, tile }: ReadTile,
): Promise<Uint8Array> {
  if (operand === undefined) throw new Error('a pair has two operands')
  if ('input' in operand) return tile.inputs[range.inputs.indexOf(operand.input)] as Uint8Array
  return engine.blend(loaded, restrict(operand.program, range.inputs))
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
