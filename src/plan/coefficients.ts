import { anchored } from './anchored-gram.ts'
import { innerCoefficients } from './inner-coefficients.ts'
import { withBase } from './inner-matrix.ts'
import { nuslerpT } from './nuslerp.ts'
import type { Job, JobStage, Operand } from './plan.ts'
import { rowCoefficients, stageRows } from './row-coefficients.ts'
import { isBased, isElementwise, isInner, needsInnerProducts } from './rule-kinds.ts'
import { LERP_THRESHOLD, type StageCoefficients, slerp } from './slerp.ts'

/**
 * A later stage works on rounded results, whose Gram matrix differs a little from the one that follows from the originals (the cosine by
 * 4e-6 at most in normal range). Nearer than this to the threshold, the branch is decided on the rounded results themselves.
 */
const THRESHOLD_MARGIN = 1e-4

/** Root mean square below which most F16 values are subnormal, and rounding moves the Gram matrix noticeably. */
const F16_SUBNORMAL_RMS = 2 ** -13

/** Share of the sum of its terms' squares below which a vector counts as a difference. Inner products are good to about 1e-7 of that sum. */
const CANCELLATION = 0.05

/** Weights that add up to less than this are not divided by their sum. */
const SMALLEST_SUM = 1e-8

/** The Gram matrix of a job's inputs over each of its row segments: N x N, row-major, over all N inputs (0 where one is absent). */
export type SegmentGrams = readonly Float64Array[]

export { LERP_THRESHOLD, type PairGram, type StageCoefficients, slerp } from './slerp.ts'

export interface JobCoefficients {
  /** In the order of the job's stages; shorter than those while `needs` is set. */
  readonly stages: readonly StageCoefficients[]
  /** A stage whose operands must be measured as they are after rounding, before its coefficients can be known; null when done. */
  readonly needs: number | null
}

/**
 * The coefficients of every stage of a job. All methods but the element-wise ones are linear combinations whose coefficients depend on norms,
 * inner products and parameters alone, so that those of all stages follow from the inputs' Gram matrix: with coefficient vectors u and v
 * over the inputs, |u|^2 = u'Gu and u.v = u'Gv. Differences from a base are computed in the basis x0, x1 - x0, …, where they do not cancel.
 *
 * @param grams by row segment; a stage adds up the segments it covers
 * @param measured inner products of the operands of stages that an earlier call asked for, as `innerCoefficients` takes them
 * @param differences by row segment: the Gram matrix in the basis x0, x1 - x0, … where it was summed from differences; else it follows
 *   from `grams`
 */
export function computeCoefficients(
  job: Job,
  grams: SegmentGrams,
  measured: ReadonlyMap<number, Float64Array> = new Map(),
  differences: readonly (Float64Array | null)[] = [],
): JobCoefficients {
  // A stage's vector over the inputs, in each segment: where rows are gathered, operands may be missing in some.
  const vectors = job.segments.map((): Float64Array[] => [])
  const stages: StageCoefficients[] = []
  for (const [index, stage] of job.stages.entries()) {
    let result: StageCoefficients
    if (isInner(stage.rule)) {
      const inner = measured.get(index) ?? operandGram(job, index, grams, differences, vectors)
      if (inner === null) return { stages, needs: index }
      result = innerCoefficients(stage.rule, inner)
      // A plan that needs no inner products has none to tell an angle from.
      if (!needsInnerProducts(stage) && grams.length === 0) {
        const { zero: _, ...known } = result
        result = { ...known, cos: null }
      }
    } else result = isElementwise(stage.rule) ? ELEMENTWISE : linear(stage)
    stages.push(result)
    for (const [s, segment] of job.segments.entries()) {
      const own = vectors[s] as Float64Array[]
      const coefficients = rowCoefficients(stage, result.coefficients, stageRows(job, index, segment))
      own.push(
        result.branch === 'elementwise'
          ? new Float64Array(job.inputs.length).fill(Number.NaN)
          : combine(operandVectors(job, stage, own), coefficients, job.inputs.length),
      )
    }
  }
  return { stages, needs: null }
}

const ELEMENTWISE: StageCoefficients = { branch: 'elementwise', cos: null, coefficients: [] }

/** The coefficients of a stage that needs no inner products. */
export function linear(stage: JobStage): StageCoefficients {
  const rule = stage.rule
  switch (rule.method) {
    case 'passthrough':
      return { branch: rule.scale === 1 ? 'copy' : 'linear', cos: null, coefficients: [rule.scale] }
    case 'linear': {
      const sum = rule.normalize ? total(rule.weights) : 1
      return { branch: 'linear', cos: null, coefficients: rule.weights.map((weight) => weight / sum) }
    }
    case 'task_arithmetic': {
      const sum = total(rule.weights)
      const divisor = rule.normalize && Math.abs(sum) >= SMALLEST_SUM ? sum : 1
      const own = rule.weights.map((weight) => (weight / divisor) * rule.lambda)
      return { branch: 'linear', cos: null, coefficients: withBase(own) }
    }
    default:
      throw new Error(`${rule.method} is no linear rule`)
  }
}

/**
 * Inner products of a stage's operands, as `innerCoefficients` takes them, from those of the inputs; null where they have to be measured
 * on the operands themselves.
 */
function operandGram(
  job: Job,
  index: number,
  grams: SegmentGrams,
  differences: readonly (Float64Array | null)[],
  vectors: readonly (readonly Float64Array[])[],
): Float64Array | null {
  const stage = job.stages[index] as JobStage
  const k = stage.operands.length
  const based = isBased(stage.rule)
  const values = new Float64Array(k * k)
  /** By operand: the sum of its terms' squares. */
  const terms = new Float64Array(k)
  for (const [s, segment] of job.segments.entries()) {
    const raw = grams[s]
    // Rows that one operand lacks have no say in the angle between them.
    if (stageRows(job, index, segment) !== 'merged' || raw === undefined) continue
    const operands = operandVectors(job, stage, vectors[s] ?? [])
    if (operands.length < k) throw new Error('a stage has all of its operands')
    if (operands.some((vector) => vector.some(Number.isNaN))) return null
    const gram = based ? (differences[s] ?? anchored(raw, job.inputs.length)) : raw
    const own = based ? operands.map((vector, i) => anchoredVector(vector, i === 0 ? null : operands[0])) : operands
    for (const [i, u] of own.entries()) {
      for (const [j, v] of own.entries()) values[i * k + j] = (values[i * k + j] ?? 0) + quadratic(u, gram, v)
      for (const [n, c] of u.entries()) terms[i] = (terms[i] ?? 0) + c * c * (gram[n * u.length + n] ?? 0)
    }
  }
  // Inner products are good to about 1e-7 of the terms: of a small difference of large ones little may be left.
  const cancels = terms.some((sum, i) => (values[i * k + i] ?? 0) < CANCELLATION * sum)
  return needsInnerProducts(stage) && (cancels || needsMeasuring(job, stage, values)) ? null : values
}

/** A vector over the inputs, less another, over x0, x1 - x0, x2 - x0, … */
function anchoredVector(vector: Float64Array, less: Float64Array | null | undefined): Float64Array {
  const difference = vector.map((c, i) => c - (less?.[i] ?? 0))
  difference[0] = total(difference)
  return difference
}

function needsMeasuring(job: Job, stage: JobStage, inner: Float64Array): boolean {
  const { rule } = stage
  const rounded = stage.operands.some((operand) => 'stage' in operand && isRounded(job, operand.stage))
  if (!rounded) return false
  // Differences of rounded results are largely made of their roundings.
  if (isBased(rule)) return true
  if (rule.method === 'nuslerp' && isOutside(nuslerpT(rule.weights))) return true
  if (rule.method === 'slerp') {
    if (isOutside(rule.t)) return true
    const { cos } = slerp({ aa: inner[0] ?? 0, ab: inner[1] ?? 0, bb: inner[3] ?? 0 }, rule.t)
    if (cos !== null && Math.abs(Math.abs(cos) - LERP_THRESHOLD) < THRESHOLD_MARGIN) return true
  }
  const perRow = job.shape.slice(1).reduce((product, size) => product * size, 1)
  const count = stage.rows * perRow
  return stage.operands.some(
    (operand, i) =>
      'stage' in operand &&
      isRounded(job, operand.stage, 'F16') &&
      Math.sqrt((inner[i * stage.operands.length + i] ?? 0) / count) < F16_SUBNORMAL_RMS,
  )
}

function isOutside(t: number): boolean {
  return t < 0 || t > 1
}

/** True where a stage, or one that it is collapsed from, rounds to 16 bits (to `dtype`, where that is given). */
function isRounded(job: Job, index: number, dtype?: 'F16' | 'BF16'): boolean {
  const stage = job.stages[index]
  if (stage === undefined) return false
  if (stage.round !== 'F32') return dtype === undefined || stage.round === dtype
  return stage.operands.some((operand) => 'stage' in operand && isRounded(job, operand.stage, dtype))
}

function operandVectors(job: Job, stage: JobStage, vectors: readonly Float64Array[]): Float64Array[] {
  return stage.operands.map((operand) => vectorOf(operand, vectors, job.inputs.length))
}

function vectorOf(operand: Operand, vectors: readonly Float64Array[], inputCount: number): Float64Array {
  if ('stage' in operand) {
    const vector = vectors[operand.stage]
    if (vector === undefined) throw new Error('a stage comes before the one it uses')
    return vector
  }
  const unit = new Float64Array(inputCount)
  unit[operand.input] = 1
  return unit
}

function combine(vectors: readonly Float64Array[], coefficients: readonly number[], length: number): Float64Array {
  const sum = new Float64Array(length)
  for (const [k, vector] of vectors.entries()) {
    const c = coefficients[k] ?? 0
    for (let i = 0; i < length; i++) sum[i] = (sum[i] ?? 0) + c * (vector[i] ?? 0)
  }
  return sum
}

/** u' G v */
function quadratic(u: Float64Array, gram: Float64Array, v: Float64Array): number {
  let sum = 0
  for (const [i, a] of u.entries()) {
    if (a === 0) continue
    let row = 0
    for (const [j, b] of v.entries()) row += (gram[i * u.length + j] ?? 0) * b
    sum += a * row
  }
  return sum
}

function total(values: readonly number[] | Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}
