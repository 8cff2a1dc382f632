import { linear } from '../plan/coefficients.ts'
import { firstOrderWeights } from '../plan/first-order.ts'
import type { Job, Plan, StageRule } from '../plan/plan.ts'
import { isElementwise, isFixed, isInner } from '../plan/rule-kinds.ts'
import type { Interpolation } from '../recipe/dialect.ts'

/**
 * The stages of all jobs of a plan in one row: where each job's stages, operands and collapsed vectors begin. Made once a plan, so that a
 * new t costs arithmetic only.
 */
export interface PlanLayout {
  readonly jobs: readonly Job[]
  /** Original models: checkpoints of the plan. */
  readonly models: number
  /** jobs + 1: the first stage of each job in the flat row of stages. */
  readonly stageStart: Int32Array
  /** stages + 1: the first operand of each stage in the flat row of operands. */
  readonly operandStart: Int32Array
  /** Operand: index of an input, or `-1 - s` for the job's stage s. */
  readonly operands: Int32Array
  /** stages + 1: where each stage's vector over its job's inputs begins. */
  readonly vectorStart: Int32Array
  /** By stage: 1 for a slerp. */
  readonly isSlerp: Uint8Array
  /** By stage: 1 for the other methods that work on angles and norms; 2 for those that decide element by element. */
  readonly kind: Uint8Array
  /** By stage: how a slerp stage's recipe draws the way between its operands. */
  readonly interpolation: readonly Interpolation[]
  /** By operand: its weight to first order, and in a stage that needs no inner products its coefficient; of a slerp 0, since t gives it. */
  readonly weights: Float64Array
  /** By stage: t as planned; NaN where the stage has none. */
  readonly t: Float64Array
  /** Names of the recipe's stages, in order of use; '' is the final one. */
  readonly labels: readonly string[]
  /** jobs x labels: the stage of that name in the flat row; -1 where the job has none. */
  readonly stageOf: Int32Array
  /** Largest number of inputs, and of inputs and stages together, of any job. */
  readonly mostInputs: number
  readonly mostSlots: number
}

export function layOut(plan: Pick<Plan, 'jobs'> & { readonly checkpoints: { readonly length: number } }): PlanLayout {
  const { jobs } = plan
  const stages = jobs.flatMap((job) => job.stages)
  const stageStart = Int32Array.from(starts(jobs.map((job) => job.stages.length)))
  const labels = [...new Set(stages.flatMap(({ label }) => (label === null ? [] : [label])))]
  const place = new Map(labels.map((label, index) => [label, index]))
  const stageOf = new Int32Array(jobs.length * labels.length).fill(-1)
  for (const [index, job] of jobs.entries()) {
    for (const [s, { label }] of job.stages.entries()) {
      if (label !== null) stageOf[index * labels.length + (place.get(label) ?? 0)] = (stageStart[index] ?? 0) + s
    }
  }
  return {
    jobs,
    models: plan.checkpoints.length,
    stageStart,
    operandStart: Int32Array.from(starts(stages.map((stage) => stage.operands.length))),
    operands: Int32Array.from(
      stages.flatMap((stage) =>
        stage.operands.map((operand) => ('input' in operand ? operand.input : -1 - operand.stage)),
      ),
    ),
    vectorStart: Int32Array.from(starts(jobs.flatMap((job) => job.stages.map(() => job.inputs.length)))),
    isSlerp: Uint8Array.from(stages, ({ rule }) => (rule.method === 'slerp' ? 1 : 0)),
    kind: Uint8Array.from(stages, ({ rule }) =>
      isElementwise(rule) ? 2 : isInner(rule) && rule.method !== 'slerp' ? 1 : 0,
    ),
    interpolation: stages.map(({ rule }) => (rule.method === 'slerp' ? (rule.interpolation ?? 'slerp') : 'slerp')),
    weights: Float64Array.from(
      stages.flatMap((stage) => {
        if (stage.rule.method === 'slerp') return [0, 0]
        return isFixed(stage.rule) ? linear(stage).coefficients : firstOrderWeights(stage.rule, stage.operands.length)
      }),
    ),
    t: Float64Array.from(stages, ({ rule }) => tOf(rule)),
    labels,
    stageOf,
    mostInputs: Math.max(1, ...jobs.map((job) => job.inputs.length)),
    mostSlots: Math.max(1, ...jobs.map((job) => job.inputs.length + job.stages.length)),
  }
}

const layouts = new WeakMap<readonly Job[], PlanLayout>()

/** The layout of a plan, made once. */
export function layoutOf(plan: Pick<Plan, 'jobs' | 'checkpoints'>): PlanLayout {
  const known = layouts.get(plan.jobs)
  if (known !== undefined) return known
  const layout = layOut(plan)
  layouts.set(plan.jobs, layout)
  return layout
}

function tOf(rule: StageRule): number {
  return rule.method === 'slerp' ? rule.t : Number.NaN
}

function starts(lengths: readonly number[]): number[] {
  const places = [0]
  for (const length of lengths) places.push((places.at(-1) ?? 0) + length)
  return places
}

/** Where an operand's vector stands among those of a job's inputs and stages. @param inputs of the job */
export function slot(operand: number, inputs: number): number {
  return operand >= 0 ? operand : inputs - 1 - operand
}
