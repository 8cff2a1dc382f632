import { LERP_THRESHOLD } from '../plan/coefficients.ts'
import type { Job, JobStage, Operand } from '../plan/plan.ts'
import type { FloatDType } from '../tensor/dtype.ts'
import type { JobGrams } from './grams.ts'
import { cosineInterval, type Interval } from './interval.ts'
import {
  BASES,
  BRANCHES,
  type GeometryBasis,
  type GeometryBranch,
  geometryOf,
  type PlanGeometry,
} from './plan-geometry.ts'

/** One stage of one tensor, for the table, a tooltip, the sphere. Numbers that are not known, or have no meaning there, are null. */
export interface StageGeometry {
  /** Name of the recipe's stage, '' for the final one; null for a rounding between stages. */
  readonly label: string | null
  readonly operands: readonly Operand[]
  readonly t: number | null
  readonly cos: number | null
  /** 95 % interval of `cos` where it was estimated from tiles. */
  readonly cosInterval: Interval | null
  /** Cosine after taking each operand's mean off. Layer norms, all near one value, have a raw cosine near 1 whatever they hold. */
  readonly cosCentred: number | null
  /** Radians. */
  readonly angle: number | null
  readonly branch: GeometryBranch
  /**
   * False where the interval of `cos` reaches to both sides of the threshold between SLERP and LERP, or where the operands are rounded
   * results so near to it that the merge will measure those themselves.
   */
  readonly branchCertain: boolean
  /** By operand. */
  readonly coefficients: readonly (number | null)[]
  readonly operandNorms: readonly (number | null)[]
  /** The result as a combination of the job's inputs. */
  readonly vector: readonly (number | null)[]
  readonly norm: number | null
  readonly drift: number | null
  readonly difference: number | null
  /** What the result is rounded to; F32 is not rounded. */
  readonly round: FloatDType
}

export interface TensorGeometry {
  readonly name: string
  readonly basis: GeometryBasis
  readonly stages: readonly StageGeometry[]
  /** By original model, to first order: what t and weights alone say; adds up to 1. */
  readonly share: readonly number[]
  /** By original model, from the coefficients. */
  readonly coefficientShare: readonly (number | null)[]
  readonly drift: number | null
  readonly difference: number | null
}

/** One job of a plan's geometry, as objects, with the intervals that come from samples. */
export function tensorOf(geometry: PlanGeometry, job: number, grams: JobGrams | null): TensorGeometry {
  const { layout } = geometry
  const planned = layout.jobs[job]
  if (planned === undefined) throw new Error(`the plan has no job ${job}`)
  const place = job * layout.models
  return {
    name: planned.name,
    basis: BASES[geometry.basis[job] ?? 0] ?? 'none',
    stages: planned.stages.map((_, stage) => stageOf(geometry, job, stage, grams)),
    share: Array.from(geometry.share.subarray(place, place + layout.models)),
    coefficientShare: numbers(geometry.coefficientShare, place, place + layout.models),
    drift: known(geometry.jobDrift[job]),
    difference: known(geometry.jobDifference[job]),
  }
}

/** One stage of a job. @param stage its place among the job's stages */
export function stageOf(geometry: PlanGeometry, job: number, stage: number, grams: JobGrams | null): StageGeometry {
  const { layout } = geometry
  const planned = layout.jobs[job]
  const own = planned?.stages[stage]
  if (planned === undefined || own === undefined) throw new Error(`job ${job} of the plan has no stage ${stage}`)
  const at = (layout.stageStart[job] ?? 0) + stage
  const [from, to] = [layout.operandStart[at] ?? 0, layout.operandStart[at + 1] ?? 0]
  const interval = grams === null ? null : stageInterval(geometry, job, stage, grams)
  return {
    label: own.label,
    operands: own.operands,
    t: known(geometry.t[at]),
    cos: known(geometry.cos[at]),
    cosInterval: interval,
    cosCentred: known(geometry.cosCentred[at]),
    angle: known(geometry.angle[at]),
    branch: BRANCHES[geometry.branch[at] ?? 0] ?? 'unknown',
    branchCertain: isStraight(own) || !mayTurn(planned, own, geometry.cos[at], interval),
    coefficients: numbers(geometry.coefficients, from, to),
    operandNorms: numbers(geometry.operandNorms, from, to),
    vector: numbers(geometry.vectors, layout.vectorStart[at] ?? 0, layout.vectorStart[at + 1] ?? 0),
    norm: known(geometry.norm[at]),
    drift: known(geometry.drift[at]),
    difference: known(geometry.difference[at]),
    round: own.round,
  }
}

/** The geometry of a single job, apart from any plan. Its models are numbered as `job.sources` numbers checkpoints. */
export function tensorGeometry(job: Job, grams: JobGrams | null): TensorGeometry {
  const length = 1 + Math.max(0, ...job.sources.map(({ checkpoint }) => checkpoint))
  const checkpoints = Array.from({ length }, () => ({ model: '', name: '', fingerprint: '' }))
  return tensorOf(geometryOf({ jobs: [job], checkpoints }, [grams]), 0, grams)
}

/** The 95 % interval of a stage's cosine; null where it is exact or has none. */
export function stageInterval(geometry: PlanGeometry, job: number, stage: number, grams: JobGrams): Interval | null {
  const planned = geometry.layout.jobs[job]
  const { operands, rows } = planned?.stages[stage] ?? {}
  const [a, b] = operands ?? []
  if (planned === undefined || operands?.length !== 2 || a === undefined || b === undefined) return null
  return cosineInterval(planned, grams, rows ?? 0, operandVector(geometry, job, a), operandVector(geometry, job, b))
}

/** An operand as coefficients over the job's inputs. */
export function operandVector(geometry: PlanGeometry, job: number, operand: Operand): Float64Array {
  const { layout, vectors } = geometry
  const inputs = layout.jobs[job]?.inputs.length ?? 0
  if ('input' in operand) {
    const unit = new Float64Array(inputs)
    unit[operand.input] = 1
    return unit
  }
  const at = layout.vectorStart[(layout.stageStart[job] ?? 0) + operand.stage] ?? 0
  return vectors.subarray(at, at + inputs)
}

function straddles({ low, high }: Interval): boolean {
  return (low <= LERP_THRESHOLD && high > LERP_THRESHOLD) || (low < -LERP_THRESHOLD && high >= -LERP_THRESHOLD)
}

/** A straight line by the recipe's dialect: no angle decides. */
function isStraight({ rule }: JobStage): boolean {
  return rule.method === 'slerp' && rule.interpolation === 'lerp'
}

function mayTurn(job: Job, stage: JobStage, cos: number | undefined, interval: Interval | null): boolean {
  return interval === null ? isNearAfterRounding(job, stage, cos) : straddles(interval)
}

/** The cosine of rounded operands differs by up to 4e-6 from the one shown; the merge looks again within this margin. */
const ROUNDING_MARGIN = 1e-4

function isNearAfterRounding(job: Job, { operands, rule }: JobStage, cos: number | undefined): boolean {
  const rounded = operands.some((operand) => 'stage' in operand && isRounded(job, operand.stage))
  return rounded && rule.method === 'slerp' && Math.abs(Math.abs(cos ?? Number.NaN) - LERP_THRESHOLD) < ROUNDING_MARGIN
}

/** True where a stage, or one that is collapsed into it, is rounded to 16 bits. */
function isRounded(job: Job, index: number): boolean {
  const stage = job.stages[index]
  if (stage === undefined) return false
  return stage.round !== 'F32' || stage.operands.some((operand) => 'stage' in operand && isRounded(job, operand.stage))
}

function numbers(values: Float64Array, from: number, to: number): readonly (number | null)[] {
  return Array.from(values.subarray(from, to), known)
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value
}
