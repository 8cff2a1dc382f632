import type { Interpolation } from '../recipe/dialect.ts'
import type { Job, JobStage, Operand } from './plan.ts'
import { rowCoefficients, stageRows } from './row-coefficients.ts'
import { acos, sin } from './trigonometry.ts'

/** Above this |cosine| the two inputs count as colinear and SLERP becomes LERP (mergekit's threshold: angles under 1.81 degrees). */
export const LERP_THRESHOLD = 0.9995

/** A norm at or below this leaves its vector as it is, so that the cosine with it is no cosine (mergekit's epsilon). */
const NORM_EPSILON = 1e-8

/**
 * A later stage works on rounded results, whose Gram matrix differs a little from the one that follows from the originals (the cosine by
 * 4e-6 at most in normal range). Nearer than this to the threshold, the branch is decided on the rounded results themselves.
 */
const THRESHOLD_MARGIN = 1e-4

/** Root mean square below which most F16 values are subnormal, and rounding moves the Gram matrix noticeably. */
const F16_SUBNORMAL_RMS = 2 ** -13

/** Share of the sum of its terms' squares below which a result counts as a difference. Inner products are good to about 1e-7 of that sum. */
const CANCELLATION = 0.05

/** The Gram matrix of a job's inputs over each of its row segments: N x N, row-major, over all N inputs (0 where one is absent). */
export type SegmentGrams = readonly Float64Array[]

/** Inner products of the two operands of one stage, measured on the operands themselves. */
export interface PairGram {
  readonly aa: number
  readonly ab: number
  readonly bb: number
}

export interface StageCoefficients {
  readonly branch: 'slerp' | 'lerp' | 'linear' | 'copy'
  /** Cosine of the angle between the operands of a slerp; null for other stages and for t of 0 and 1. */
  readonly cos: number | null
  /** One for each operand. */
  readonly coefficients: readonly number[]
  /** Operands of a slerp that are zero, or as good as, and so have no direction; left out where there are none. */
  readonly zero?: readonly number[]
}

export interface JobCoefficients {
  /** In the order of the job's stages; shorter than those while `needs` is set. */
  readonly stages: readonly StageCoefficients[]
  /** A stage whose operands must be measured as they are after rounding, before its coefficients can be known; null when done. */
  readonly needs: number | null
}

/**
 * The coefficients of every stage of a job. SLERP and LERP are linear combinations whose two coefficients depend on norms, dot product
 * and t alone, so that those of all stages follow from the inputs' Gram matrix: with coefficient vectors u and v over the inputs,
 * |u|^2 = u'Gu and u.v = u'Gv. (Shoemake 1985 for SLERP; the branches and thresholds are mergekit's.)
 *
 * @param grams by row segment; a stage adds up the segments it covers
 * @param measured what was measured for stages that an earlier call asked for
 */
export function computeCoefficients(
  job: Job,
  grams: SegmentGrams,
  measured: ReadonlyMap<number, PairGram> = new Map(),
): JobCoefficients {
  // A stage's vector over the inputs, in each segment: where rows are gathered, operands may be missing in some.
  const vectors = job.segments.map((): Float64Array[] => [])
  const stages: StageCoefficients[] = []
  for (const [index, stage] of job.stages.entries()) {
    let result: StageCoefficients
    if (stage.rule.method === 'slerp') {
      const pair = measured.get(index) ?? pairGram(job, index, grams, vectors)
      const inexact = needsMeasuring(job, stage, pair) || cancels(job, index, grams, vectors, pair)
      if (!measured.has(index) && inexact) return { stages, needs: index }
      result = slerp(pair, stage.rule.t, stage.rule.interpolation)
      // A plan that needs no inner products has none to tell an angle from.
      if (stage.rule.interpolation === 'lerp' && grams.length === 0) {
        const { zero: _, ...known } = result
        result = { ...known, cos: null }
      }
    } else result = linear(stage)
    stages.push(result)
    for (const [s, segment] of job.segments.entries()) {
      const own = vectors[s] as Float64Array[]
      const coefficients = rowCoefficients(stage, result.coefficients, stageRows(job, index, segment))
      own.push(combine(operandVectors(job, stage, own), coefficients, job.inputs.length))
    }
  }
  return { stages, needs: null }
}

/**
 * The SLERP formula on un-normalised operands: t = 0 gives a, t = 1 gives b. `lerp` is a straight line at any angle; `slerp-clipped`
 * takes an obtuse angle for a right one, as mlx_lm.merge does.
 */
export function slerp(pair: PairGram, t: number, interpolation: Interpolation = 'slerp'): StageCoefficients {
  const normA = Math.sqrt(Math.max(0, pair.aa))
  const normB = Math.sqrt(Math.max(0, pair.bb))
  const scale = (normA > NORM_EPSILON ? normA : 1) * (normB > NORM_EPSILON ? normB : 1)
  const cos = Math.min(1, Math.max(-1, pair.ab / scale))
  const used = interpolation === 'slerp-clipped' ? Math.max(0, cos) : cos
  const zero = [normA, normB].flatMap((norm, k) => (norm > NORM_EPSILON ? [] : [k]))
  const rest = zero.length === 0 ? {} : { zero }
  const straight = interpolation === 'lerp' || Math.abs(used) > LERP_THRESHOLD
  if (straight) return { branch: 'lerp', cos, coefficients: [1 - t, t], ...rest }
  const angle = acos(used)
  const s = sin(angle)
  return { branch: 'slerp', cos, coefficients: [sin((1 - t) * angle) / s, sin(t * angle) / s], ...rest }
}

/** The coefficients of a stage that needs no inner products. */
export function linear(stage: JobStage): StageCoefficients {
  const rule = stage.rule
  if (rule.method === 'passthrough') {
    return { branch: rule.scale === 1 ? 'copy' : 'linear', cos: null, coefficients: [rule.scale] }
  }
  if (rule.method !== 'linear') throw new Error(`${rule.method} is no linear rule`)
  const sum = rule.normalize ? rule.weights.reduce((a, b) => a + b, 0) : 1
  return { branch: 'linear', cos: null, coefficients: rule.weights.map((weight) => weight / sum) }
}

function pairGram(
  job: Job,
  index: number,
  grams: SegmentGrams,
  vectors: readonly (readonly Float64Array[])[],
): PairGram {
  const stage = job.stages[index] as JobStage
  let [aa, ab, bb] = [0, 0, 0]
  for (const [s, segment] of job.segments.entries()) {
    const gram = grams[s]
    // Rows that one operand lacks have no say in the angle between the two.
    if (stageRows(job, index, segment) !== 'merged' || gram === undefined) continue
    const [a, b] = operandVectors(job, stage, vectors[s] ?? [])
    if (a === undefined || b === undefined) throw new Error('a slerp stage has two operands')
    aa += quadratic(a, gram, a)
    ab += quadratic(a, gram, b)
    bb += quadratic(b, gram, b)
  }
  return { aa, ab, bb }
}

function needsMeasuring(job: Job, stage: JobStage, pair: PairGram): boolean {
  if (stage.rule.method !== 'slerp' || stage.rule.interpolation === 'lerp') return false
  const rounded = stage.operands.filter((operand) => 'stage' in operand && isRounded(job, operand.stage))
  if (rounded.length === 0) return false
  const { t } = stage.rule
  if (t < 0 || t > 1) return true
  const { cos } = slerp(pair, t)
  if (cos !== null && Math.abs(Math.abs(cos) - LERP_THRESHOLD) < THRESHOLD_MARGIN) return true
  const perRow = job.shape.slice(1).reduce((product, size) => product * size, 1)
  const count = stage.rows * perRow
  return stage.operands.some(
    (operand, i) =>
      'stage' in operand &&
      isRounded(job, operand.stage, 'F16') &&
      Math.sqrt((i === 0 ? pair.aa : pair.bb) / count) < F16_SUBNORMAL_RMS,
  )
}

/**
 * True where an operand is a difference of tensors that are nearly alike: its norm is then what is left of sums many times as large, and
 * so are their errors (at 1e-3 of the weights a cosine is off by 1e-3).
 */
function cancels(
  job: Job,
  index: number,
  grams: SegmentGrams,
  vectors: readonly (readonly Float64Array[])[],
  pair: PairGram,
): boolean {
  const stage = job.stages[index] as JobStage
  if (stage.rule.method !== 'slerp' || stage.rule.interpolation === 'lerp') return false
  return stage.operands.some((_, k) => {
    let terms = 0
    for (const [s, segment] of job.segments.entries()) {
      const gram = grams[s]
      if (stageRows(job, index, segment) !== 'merged' || gram === undefined) continue
      const vector = operandVectors(job, stage, vectors[s] ?? [])[k] ?? new Float64Array(0)
      for (const [i, c] of vector.entries()) terms += c * c * (gram[i * vector.length + i] ?? 0)
    }
    return (k === 0 ? pair.aa : pair.bb) < CANCELLATION * terms
  })
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
