import type { MergeReport, StageReport } from '../merge/report.ts'
import type { Job, Operand, Plan } from '../plan/plan.ts'
import { shortName } from './model-name.tsx'

/** A tensor that a SLERP could not turn as it turns others, and what was done instead. */
export interface OddTensor {
  readonly tensor: string
  readonly found: string
}

/** Tensors of zero norm, by stage, and scalars: what the report names so that nobody has to look for them. */
export function oddTensors(report: MergeReport, plan: Plan): readonly OddTensor[] {
  const jobs = new Map(plan.jobs.map((job) => [job.name, job]))
  return report.tensors.flatMap(({ name, stages }): OddTensor[] => {
    const job = jobs.get(name)
    if (job === undefined) return []
    const zero = stages.flatMap((stage, index) => zeroWords(stage, index, job, plan))
    const scalar = job.shape.length === 0 ? [`one number: ${scalarWords(stages.at(-1))}`] : []
    return [...zero, ...scalar].map((found) => ({ tensor: name, found }))
  })
}

function zeroWords({ zero, label }: StageReport, index: number, job: Job, plan: Plan): string[] {
  if (zero === undefined) return []
  const stage = job.stages.filter((each) => each.label !== null)[index]
  const names = zero.map((k) => operandName(stage?.operands[k], job, plan))
  const where = label === '' ? '' : ` in stage ${label}`
  return [`zero in ${names.join(' and ')}${where}: it has no direction, and a right angle is taken`]
}

function scalarWords(stage: StageReport | undefined): string {
  if (stage === undefined || stage.branch === 'copy') return 'copied'
  return stage.branch === 'lerp'
    ? 'its direction is its sign alone, so that it is interpolated in a straight line'
    : 'merged'
}

/** The model or stage that an operand is; a rounding between stages is what it rounds. */
function operandName(operand: Operand | undefined, job: Job, plan: Plan): string {
  if (operand === undefined) return 'a model'
  if ('input' in operand) {
    const source = job.sources[job.inputs[operand.input]?.source ?? 0]
    return shortName(plan.checkpoints[source?.checkpoint ?? 0]?.model ?? 'a model')
  }
  const stage = job.stages[operand.stage]
  return stage?.label === null ? operandName(stage.operands[0], job, plan) : `stage ${stage?.label ?? ''}`
}
