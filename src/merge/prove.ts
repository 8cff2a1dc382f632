import { decodeElements } from '../engine/elements.ts'
import { createReferenceEngine } from '../engine/reference.ts'
import type { WeightFile } from '../formats/checkpoint.ts'
import { innerCoefficients } from '../plan/inner-coefficients.ts'
import type { Job, JobStage, Operand, Plan } from '../plan/plan.ts'
import { isBased, isElementwise, isInner } from '../plan/rule-kinds.ts'
import { type FloatDType, isFloatDType } from '../tensor/dtype.ts'
import { decodeFloat, encodeFloat, exponentOf, roundFloat } from '../tensor/rounding.ts'
import { elementCount } from '../tensor/tensor.ts'
import { vectorLength } from './elementwise/element-tiles.ts'
import { hasElementwise } from './elementwise/merge-elements.ts'
import { plainElements } from './elementwise/plain-elements.ts'
import { cutTiles, type ReadTile, readTiles, rowElements, tileElements } from './tiles.ts'

/** Tensors of which a stage decides element by element are recomputed whole, and larger ones would not fit beside all else. */
const WHOLE_ELEMENTS = 2 ** 22

/** What a recomputation of one tensor found. */
export interface Proof {
  readonly tensor: string
  readonly elements: number
  /** Elements whose bits differ from the float64 result, rounded. */
  readonly different: number
  /**
   * The largest difference, in units of the last place (of the output's dtype) of the largest term of its sum: where terms cancel, the
   * small rest is no more exact than they are.
   */
  readonly largestUlp: number
}

/**
 * Recomputes one output tensor the slow, plain way: every stage after the other, in float64, each rounded as the recipe says, with norms and
 * inner products summed over the rounded operands themselves. It shares the SLERP formula and the readers with the merge, and none of the
 * kernels, programs or Gram matrices. Element-wise stages: see plain-elements.ts.
 *
 * @param files weight files by checkpoint of the plan
 * @param written the tensor's bytes as they lie in the output: from element `from` to `to`
 */
export async function proveTensor(
  job: Job,
  files: readonly (readonly WeightFile[])[],
  written: (fromByte: number, toByte: number) => Promise<Uint8Array>,
  memoryBudget: number,
  signal: AbortSignal,
): Promise<Proof> {
  const { dtype } = job
  if (!isFloatDType(dtype) || job.kind === 'copy')
    throw new Error(`${job.name} is copied: there is nothing to recompute`)
  const elements = tileElements(job, createReferenceEngine(), memoryBudget / 8)
  const coefficients: (readonly number[])[] = []
  /** Of element-wise stages: the whole tensor. */
  const results = new Map<number, Float64Array>()
  for (const stage of job.stages) {
    const { rule } = stage
    if (isElementwise(rule)) {
      const values = await wholeOperands(job, stage, coefficients, results, files, elements, signal)
      const shape = { name: job.name, rowLength: vectorLength(job) }
      const result = plainElements(rule, values, shape)
      const isLast = coefficients.length === job.stages.length - 1
      results.set(coefficients.length, stage.round === 'F32' || isLast ? result : rounded(result, stage.round))
      coefficients.push(stage.operands.map(() => 1))
      continue
    }
    if (!isInner(rule)) {
      coefficients.push(plainCoefficients(stage))
      continue
    }
    const k = stage.operands.length
    const inner = new Float64Array(k * k)
    const segments = job.segments.filter(({ to }) => to <= stage.rows)
    for await (const tile of readTiles(job, cutTiles(job, segments, elements), files, () => undefined)) {
      signal.throwIfAborted()
      addInner(
        inner,
        stage.operands.map((operand) => valuesOf(job, operand, coefficients, results, tile)),
        isBased(rule),
      )
    }
    coefficients.push(innerCoefficients(rule, inner).coefficients)
  }
  const output = job.segments.filter(({ to }) => to <= (job.shape[0] ?? 1))
  const width = dtype === 'F32' ? 4 : 2
  let [count, different, largestUlp] = [0, 0, 0]
  for await (const tile of readTiles(job, cutTiles(job, output, elements), files, () => undefined)) {
    signal.throwIfAborted()
    const last = job.stages.length - 1
    const expected = valuesOf(job, { stage: last }, coefficients, results, tile)
    const terms = (job.stages[last]?.operands ?? []).map((operand) =>
      valuesOf(job, operand, coefficients, results, tile),
    )
    const bytes = await written(tile.range.from * width, tile.range.to * width)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let i = 0; i < expected.length; i++) {
      const found = width === 4 ? view.getUint32(4 * i, true) : view.getUint16(2 * i, true)
      const value = expected[i] as number
      if (found === encodeFloat(value, dtype)) continue
      different++
      const sizes = terms.map((term, k) => Math.abs((coefficients[last]?.[k] ?? 0) * (term[i] as number)))
      const distance = Math.abs(decodeFloat(found, dtype) - roundFloat(value, dtype))
      const ulps = distance / unitOfLastPlace(Math.max(Math.abs(value), ...sizes), dtype)
      // A NaN or an infinity where a number belongs is as wrong as can be.
      largestUlp = Math.max(largestUlp, Number.isFinite(ulps) ? ulps : Number.POSITIVE_INFINITY)
    }
    count += expected.length
  }
  return { tensor: job.name, elements: count, different, largestUlp }
}

/** @returns jobs to recompute: a random sample of those that are computed row by row, as they stand (not gathered by tokens) */
export function sampleJobs(plan: Plan, count: number, random: () => number = Math.random): Job[] {
  const computed = plan.jobs.filter(
    (job) =>
      job.kind !== 'copy' &&
      job.segments.every(({ gather }) => gather === undefined) &&
      (!hasElementwise(job) || elementCount(job.shape) <= WHOLE_ELEMENTS),
  )
  const picked: Job[] = []
  while (picked.length < count && computed.length > 0)
    picked.push(...computed.splice(Math.floor(random() * computed.length), 1))
  return picked
}

/** The operands of an element-wise stage, whole. */
async function wholeOperands(
  job: Job,
  stage: JobStage,
  coefficients: readonly (readonly number[])[],
  results: ReadonlyMap<number, Float64Array>,
  files: readonly (readonly WeightFile[])[],
  elements: number,
  signal: AbortSignal,
): Promise<Float64Array[]> {
  const whole = stage.operands.map(() => new Float64Array(stage.rows * rowElements(job)))
  const segments = job.segments.filter(({ to }) => to <= stage.rows)
  for await (const tile of readTiles(job, cutTiles(job, segments, elements), files, () => undefined)) {
    signal.throwIfAborted()
    for (const [k, operand] of stage.operands.entries())
      whole[k]?.set(valuesOf(job, operand, coefficients, results, tile), tile.range.from)
  }
  return whole
}

/** Adds a tile to the inner products of some vectors, of the differences from the first where `based`. */
function addInner(inner: Float64Array, vectors: readonly Float64Array[], based: boolean): void {
  const k = vectors.length
  const values = new Float64Array(k)
  for (let e = 0; e < (vectors[0]?.length ?? 0); e++) {
    for (let i = 0; i < k; i++) values[i] = vectors[i]?.[e] ?? 0
    if (values.some((value) => !Number.isFinite(value))) continue
    if (based) for (let i = 1; i < k; i++) values[i] = (values[i] ?? 0) - (values[0] ?? 0)
    for (let i = 0; i < k; i++)
      for (let j = 0; j < k; j++) inner[i * k + j] = (inner[i * k + j] ?? 0) + (values[i] ?? 0) * (values[j] ?? 0)
  }
}

function plainCoefficients({ rule }: JobStage): readonly number[] {
  if (rule.method === 'passthrough') return [rule.scale]
  if (rule.method === 'task_arithmetic') {
    const sum = rule.weights.reduce((a, b) => a + b, 0)
    const own = rule.weights.map(
      (weight) => (rule.lambda * weight) / (rule.normalize && Math.abs(sum) >= 1e-8 ? sum : 1),
    )
    return [1 - own.reduce((a, b) => a + b, 0), ...own]
  }
  if (rule.method !== 'linear') throw new Error(`${rule.method} has no fixed coefficients`)
  const sum = rule.normalize ? rule.weights.reduce((a, b) => a + b, 0) : 1
  return rule.weights.map((weight) => weight / sum)
}

/** An operand's values over one tile, in float64; the results of stages are rounded to their dtype. */
function valuesOf(
  job: Job,
  operand: Operand,
  coefficients: readonly (readonly number[])[],
  results: ReadonlyMap<number, Float64Array>,
  read: ReadTile,
): Float64Array {
  const result = 'stage' in operand ? results.get(operand.stage) : undefined
  if (result !== undefined) return result.subarray(read.range.from, read.range.to)
  if ('input' in operand) {
    const place = read.range.inputs.indexOf(operand.input)
    const [bytes, format] = [read.tile.inputs[place], read.formats[place]]
    if (bytes === undefined || format === undefined) throw new Error(`${job.name}: an input is missing`)
    return Float64Array.from(decodeElements(bytes, format, 0, read.tile.elementCount))
  }
  const stage = job.stages[operand.stage] as JobStage
  const sum = new Float64Array(read.tile.elementCount)
  for (const [k, part] of stage.operands.entries()) {
    const values = valuesOf(job, part, coefficients, results, read)
    const c = coefficients[operand.stage]?.[k] ?? 0
    // A coefficient of 0 leaves its operand out, NaN and all.
    if (c !== 0) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + c * (values[i] as number)
  }
  // Float32 between stages is a matter of the machine's precision, not of the recipe; the result is rounded once, at its end.
  const isLast = operand.stage === job.stages.length - 1
  return stage.round === 'F32' || isLast ? sum : rounded(sum, stage.round)
}

function rounded(values: Float64Array, dtype: FloatDType): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] = roundFloat(values[i] as number, dtype)
  return values
}

function unitOfLastPlace(magnitude: number, dtype: FloatDType): number {
  const [bits, smallest] = dtype === 'F16' ? [10, -14] : dtype === 'BF16' ? [7, -126] : [23, -126]
  return 2 ** (Math.max(exponentOf(magnitude), smallest) - bits)
}
