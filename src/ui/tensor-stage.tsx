import { Fragment, memo } from 'react'
import type { StageGeometry } from '../geometry/index.ts'
import type { Branch, StageReport } from '../merge/report.ts'
import type { Job, JobStage, Operand, Plan, StageRule } from '../plan/plan.ts'
import { METHOD_FACTS } from '../recipe/method-facts.ts'
import { isMethod } from '../recipe/methods.ts'
import { shortName } from './model-name.tsx'

interface Named {
  readonly plan: Plan
  readonly colours: ReadonlyMap<string, number>
}

interface CellProps extends Named {
  readonly job: Job
  readonly label: string
  /** How a finished merge made the tensor in this stage. */
  readonly went: StageReport | undefined
  /** What the geometry says of the stage: t as it is tried by a drag, and the way that it will go. */
  readonly known: StageGeometry | null
}

/** What a stage does for one tensor: its method, t and inputs. */
export function StageCell({ job, label, plan, colours, went, known }: CellProps) {
  const stage = job.stages.find((candidate) => candidate.label === label)
  if (stage === undefined) return <NoStage isCopy={label === '' && job.kind === 'copy'} {...{ job, plan, colours }} />
  const { rule } = stage
  const open = went === undefined && known?.branchCertain === false
  const way = wayOf(rule, went?.branch ?? known?.branch ?? 'unknown')
  return (
    <>
      <div className={rule.method === 'linear' ? 'stage-rule stage-weights' : 'stage-rule'}>
        <Way rule={rule} branch={way} open={open} />
        {rule.method === 'slerp' && <b>{(known?.t ?? rule.t).toFixed(4)}</b>}
        {'weights' in rule && <b>{rule.weights.map((weight) => weight.toFixed(4)).join(' : ')}</b>}
      </div>
      <StageInputs {...{ stage, job, plan, colours }} />
    </>
  )
}

const OPEN = 'Near the threshold of 0.9995: the merge decides it on all elements.'
const BRANCHES: Record<Branch, string> = {
  slerp: 'SLERP',
  lerp: 'LERP',
  linear: 'Linear',
  copy: 'Copy',
  elementwise: 'By element',
}

/** Methods whose branch says what they do. */
const OWN_NAMES: ReadonlySet<string> = new Set(['slerp', 'linear', 'passthrough'])

function methodTitle({ method }: StageRule): string {
  const name = method.replace(/-rows$/, '')
  // In a cell, what happens to the tensor: mergekit's word for it is in the text.
  const title = name === 'passthrough' ? 'Copy' : isMethod(name) ? METHOD_FACTS[name].title : name
  return name === method ? title : `${title} by row`
}

interface WayProps {
  readonly rule: StageRule
  readonly branch: Branch | null
  readonly open: boolean
}

/** The branch as a cell says it; null where the method's own name says more. */
export function wayOf(rule: StageRule, branch: Branch | 'unknown'): Branch | null {
  return branch === 'unknown' || (branch === 'copy' && rule.method !== 'slerp') ? null : branch
}

/** The branch that a stage will take or, after a merge, took, in words; one that is still open is asked. */
export function wayWords(rule: StageRule, branch: Branch | null, open: boolean): string {
  if (branch === null)
    return rule.method === 'passthrough' && rule.scale !== 1 ? `scale ${rule.scale}` : methodTitle(rule)
  return `${OWN_NAMES.has(rule.method) ? BRANCHES[branch] : methodTitle(rule)}${open ? '?' : ''}`
}

function Way({ rule, branch, open }: WayProps) {
  const words = wayWords(rule, branch, open)
  if (branch === null) return words
  return (
    <span className={`branch ${branch}`} title={open ? OPEN : undefined}>
      {words}
    </span>
  )
}

function NoStage({ isCopy, job, plan, colours }: Named & { readonly isCopy: boolean; readonly job: Job }) {
  if (!isCopy) return <span className="name-dim">–</span>
  return (
    <>
      <div className="stage-rule">Copy</div>
      <div className="stage-inputs">
        <Source checkpoint={job.sources[0]?.checkpoint} plan={plan} colours={colours} />
      </div>
    </>
  )
}

interface InputsProps extends Named {
  readonly stage: JobStage
  readonly job: Job
}

/** Names of what goes in, which no gesture on a curve changes. */
const StageInputs = memo(function StageInputs({ stage, job, plan, colours }: InputsProps) {
  return (
    <div className="stage-inputs" title={operandNames(stage, job, plan)}>
      {stage.operands.map((operand, number) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: operands are told apart by their place.
        <Fragment key={number}>
          {number > 0 && <span className="name-dim">→</span>}
          <span className="stage-input">
            <OperandName operand={operand} job={job} plan={plan} colours={colours} />
          </span>
        </Fragment>
      ))}
    </div>
  )
})

/** The operands in plain text, for where the cell is too narrow. */
function operandNames(stage: JobStage, job: Job, plan: Plan): string {
  const nameOf = (operand: Operand): string => {
    const earlier = 'stage' in operand ? job.stages[operand.stage] : undefined
    if (earlier?.label === null && earlier.operands[0] !== undefined) return nameOf(earlier.operands[0])
    if ('stage' in operand) return earlier?.label ?? ''
    const source = job.sources[job.inputs[operand.input]?.source ?? -1]
    return plan.checkpoints[source?.checkpoint ?? -1]?.model ?? ''
  }
  return stage.operands.map(nameOf).join(' → ')
}

interface OperandProps extends Named {
  readonly operand: Operand
  readonly job: Job
}

function OperandName({ operand, job, plan, colours }: OperandProps) {
  if ('stage' in operand) {
    const stage = job.stages[operand.stage]
    const rounded = stage?.operands[0]
    // A stage without a label only rounds: what it rounds is what the reader wants to know.
    if (stage?.label === null && rounded !== undefined)
      return <OperandName operand={rounded} job={job} plan={plan} colours={colours} />
    return <span className="stage-name">{stage?.label}</span>
  }
  const source = job.sources[job.inputs[operand.input]?.source ?? -1]
  return <Source checkpoint={source?.checkpoint} plan={plan} colours={colours} />
}

function Source({ checkpoint, plan, colours }: Named & { readonly checkpoint: number | undefined }) {
  const planned = plan.checkpoints[checkpoint ?? -1]
  if (planned === undefined) return null
  return (
    <span className="model-name" data-colour={colours.get(planned.model)} title={planned.model}>
      {shortName(planned.model)}
    </span>
  )
}
