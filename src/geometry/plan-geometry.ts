import type { Plan } from '../plan/plan.ts'
import { evaluateJob, workOf } from './evaluate-job.ts'
import { isExact, type PlanGrams } from './grams.ts'
import { layoutOf, type PlanLayout } from './layout.ts'

/** How a stage made a tensor, by the number in `PlanGeometry.branch`. A slerp of unknown angle is `unknown`. */
export const BRANCHES = ['unknown', 'copy', 'slerp', 'lerp', 'linear', 'elementwise'] as const
export type GeometryBranch = (typeof BRANCHES)[number]

/** What a job's numbers rest on, by the number in `PlanGeometry.basis`. */
export const BASES = ['none', 'sampled', 'exact'] as const
export type GeometryBasis = (typeof BASES)[number]

/**
 * Everything that is shown of a plan, in flat arrays. `stage` counts through all stages of all jobs (`layout.stageStart`), `job` is the
 * index in `plan.jobs`, `operand` counts through `layout.operands`. NaN: not known yet, or without meaning there.
 */
export interface PlanGeometry {
  readonly layout: PlanLayout
  /** By job: 0 nothing read yet, 1 sampled, 2 exact (see BASES). */
  readonly basis: Uint8Array
  /** By stage: t in use; 0 is the first operand. NaN where the stage has none. */
  readonly t: Float64Array
  /**
   * By stage of two operands: cosine of the angle between them, the angle in radians, and the cosine after taking each one's mean off. Of
   * methods that take more operands, or differences from a base: the cosine of those, the mean over pairs where there are several.
   */
  readonly cos: Float64Array
  readonly angle: Float64Array
  readonly cosCentred: Float64Array
  /** By stage: index into BRANCHES. */
  readonly branch: Uint8Array
  /** By operand: its coefficient, and its norm in the rows of the stage. */
  readonly coefficients: Float64Array
  readonly operandNorms: Float64Array
  /** By stage: norm of the result (before rounding). */
  readonly norm: Float64Array
  /** By stage: |result| over the operands' norms interpolated as t says, minus 1. */
  readonly drift: Float64Array
  /** By stage: |result - first operand| over |first operand|. */
  readonly difference: Float64Array
  /** By stage, from `layout.vectorStart`: the result as a combination of the job's inputs. */
  readonly vectors: Float64Array
  /** jobs x models: share of each original in the tensor, to first order: what t and weights alone say. Known before anything is read. */
  readonly share: Float64Array
  /** jobs x models: share of each original by the coefficients themselves, divided by their sum. */
  readonly coefficientShare: Float64Array
  /** By job, of the whole chain of stages: |result| over the originals' norms in their shares, minus 1. */
  readonly jobDrift: Float64Array
  /** By job: |result - base| over |base|, where the base is the original that first operands lead to. */
  readonly jobDifference: Float64Array
}

/**
 * The geometry of every tensor. Costs about a microsecond a stage, so that it can run in each frame of a drag.
 *
 * Only t decides between the fields that change in a drag: hand the same plan in again with other values of t. A stage that was planned
 * with t of 0 or 1 has dropped the other input and cannot be given another t: see `needsNewPlan`.
 *
 * @param t by stage in the flat row (`layoutOf(plan).stageStart`); the plan's own where left out
 * @param before the geometry of the same plan over the same Gram matrices with other values of t: what has not moved is taken over from it
 */
export function geometryOf(
  plan: Pick<Plan, 'jobs' | 'checkpoints'>,
  grams: PlanGrams,
  t: Float64Array = layoutOf(plan).t,
  before: PlanGeometry | null = null,
): PlanGeometry {
  const layout = layoutOf(plan)
  const known = before?.layout === layout ? before : null
  const geometry = known === null ? emptyGeometry(layout, t) : copyOf(known, t)
  const work = workOf(layout)
  for (let job = 0; job < layout.jobs.length; job++) {
    const own = grams[job] ?? null
    if (known === null) geometry.basis[job] = own === null ? 0 : isExact(own) ? 2 : 1
    evaluateJob(geometry, job, own, work, known?.t ?? null)
  }
  return geometry
}

/** True where `t` gives a stage a value that the plan cannot show: it was planned as a copy of one input, without the other. */
export function needsNewPlan(plan: Pick<Plan, 'jobs' | 'checkpoints'>, t: Float64Array): boolean {
  const { isSlerp } = layoutOf(plan)
  return t.length !== isSlerp.length || t.some((value, stage) => isSlerp[stage] === 0 && !Number.isNaN(value))
}

/** The values of t for `geometryOf`, asked for stage by stage; NaN from `value` keeps the plan's. */
export function stageTimes(
  plan: Pick<Plan, 'jobs' | 'checkpoints'>,
  value: (label: string, job: number, planned: number) => number,
): Float64Array {
  const layout = layoutOf(plan)
  const t = layout.t.slice()
  for (const [job, { stages }] of layout.jobs.entries()) {
    const first = layout.stageStart[job] ?? 0
    for (const [s, { label }] of stages.entries()) {
      if (label === null || layout.isSlerp[first + s] === 0) continue
      const asked = value(label, job, t[first + s] ?? 0)
      if (!Number.isNaN(asked)) t[first + s] = asked
    }
  }
  return t
}

/** A geometry whose arrays are written again and again, with values of t of its own: what a gesture shows in each of its frames. */
export function geometryInFlight(before: PlanGeometry): { readonly geometry: PlanGeometry; readonly t: Float64Array } {
  const t = before.t.slice()
  return { geometry: copyOf(before, t), t }
}

/**
 * Brings a geometry in flight up to its values of t.
 * @param shown the values of t that it holds the geometry of; they are brought up as well
 */
export function fly(geometry: PlanGeometry, grams: PlanGrams, shown: Float64Array): void {
  const { layout, t } = geometry
  const work = workOf(layout)
  for (let job = 0; job < layout.jobs.length; job++) evaluateJob(geometry, job, grams[job] ?? null, work, shown)
  shown.set(t)
}

function copyOf(before: PlanGeometry, t: Float64Array): PlanGeometry {
  return {
    layout: before.layout,
    basis: before.basis,
    t,
    cos: before.cos.slice(),
    angle: before.angle.slice(),
    cosCentred: before.cosCentred.slice(),
    branch: before.branch.slice(),
    coefficients: before.coefficients.slice(),
    operandNorms: before.operandNorms.slice(),
    norm: before.norm.slice(),
    drift: before.drift.slice(),
    difference: before.difference.slice(),
    vectors: before.vectors.slice(),
    share: before.share.slice(),
    coefficientShare: before.coefficientShare.slice(),
    jobDrift: before.jobDrift.slice(),
    jobDifference: before.jobDifference.slice(),
  }
}

function emptyGeometry(layout: PlanLayout, t: Float64Array): PlanGeometry {
  const stages = layout.t.length
  const operands = layout.operands.length
  const jobs = layout.jobs.length
  const unknown = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN)
  return {
    layout,
    basis: new Uint8Array(jobs),
    t,
    cos: unknown(stages),
    angle: unknown(stages),
    cosCentred: unknown(stages),
    branch: new Uint8Array(stages),
    coefficients: unknown(operands),
    operandNorms: unknown(operands),
    norm: unknown(stages),
    drift: unknown(stages),
    difference: unknown(stages),
    vectors: unknown(layout.vectorStart.at(-1) ?? 0),
    share: new Float64Array(jobs * layout.models),
    coefficientShare: unknown(jobs * layout.models),
    jobDrift: unknown(jobs),
    jobDifference: unknown(jobs),
  }
}
