import { Fragment } from 'react'
import { type JobGrams, type PlanGeometry, type StageGeometry, tensorOf } from '../geometry/index.ts'
import type { Branch, StageReport, TensorReport } from '../merge/report.ts'
import type { Job, JobStage, Operand, Plan, StageRule } from '../plan/plan.ts'
import type { CosineBasis } from '../store/geometry-state.ts'
import { NONE } from './charts/numbers.ts'
import { differenceOf, driftOf } from './charts/stage-values.ts'
import { formatBytes, formatCount, formatShape } from './format.ts'
import { shortName } from './model-name.tsx'
import { AngleCell, ChangeCell, CoefficientsCell, NormCell, SharesCell } from './tensor-measures.tsx'
import type { TensorRow } from './tensor-order.ts'

interface Props {
  readonly row: TensorRow
  /** Place in the sorted list, from 0. */
  readonly index: number
  readonly plan: Plan
  readonly labels: readonly string[]
  readonly colours: ReadonlyMap<string, number>
  readonly report: TensorReport | undefined
  /** Of the whole plan; null until it is there. */
  readonly geometry: PlanGeometry | null
  readonly grams: JobGrams | null
  readonly cosines: CosineBasis
}

/** One output tensor, and what each stage does for it. */
export function TensorRowView(props: Props) {
  const { row, index, plan, labels, colours, report, geometry, grams, cosines } = props
  const { place, job } = row
  const tensor = geometry === null || place >= geometry.layout.jobs.length ? null : tensorOf(geometry, place, grams)
  const models = plan.checkpoints.map(({ model }) => ({ name: shortName(model), colour: colours.get(model) ?? null }))
  return (
    <tr aria-rowindex={index + 3} className={index % 2 === 1 ? 'odd' : undefined}>
      <td className="col-order">{place + 1}</td>
      <th scope="row" className="col-name" title={job.name}>
        <TensorName name={job.name} />
      </th>
      <td className="col-shape">{formatShape(job.shape)}</td>
      <td className="col-dtype">
        <Dtypes job={job} />
      </td>
      <td className="col-size" title={`${formatCount(job.byteLength)} bytes`}>
        {formatBytes(job.byteLength)}
      </td>
      {labels.map((label) => {
        const stage = tensor?.stages.find((candidate) => candidate.label === label)
        const known = stage === undefined || tensor === null || geometry === null ? null : { stage, tensor, geometry }
        return (
          <Fragment key={label}>
            <td className="col-t">
              <StageCell job={job} label={label} plan={plan} colours={colours} report={report} known={known} />
            </td>
            <td className="col-angle">
              {known === null ? NONE : <AngleCell stage={known.stage} basis={known.tensor.basis} cosines={cosines} />}
            </td>
            <td className="col-coefficients">{known === null ? NONE : <CoefficientsCell stage={known.stage} />}</td>
            <td className="col-norm">{known === null ? NONE : <NormCell stage={known.stage} />}</td>
            <td className="col-drift">
              {known === null ? (
                NONE
              ) : (
                <ChangeCell
                  drift={driftOf(known.geometry, place, label)}
                  difference={differenceOf(known.geometry, place, label)}
                />
              )}
            </td>
          </Fragment>
        )
      })}
      <td className="col-share">{tensor !== null && <SharesCell shares={tensor.share} models={models} />}</td>
    </tr>
  )
}

/** The place in the model is dim, so that the end of the name, which differs, is read first. */
function TensorName({ name }: { readonly name: string }) {
  const match = /^(model\.layers\.\d+\.|model\.)(.*?)(\.weight|\.bias)?$/.exec(name)
  if (match === null) return name
  return (
    <>
      <span className="name-dim">{match[1]}</span>
      {match[2]}
      <span className="name-dim">{match[3]}</span>
    </>
  )
}

function Dtypes({ job }: { readonly job: Job }) {
  const from = [...new Set(job.sources.map((source) => source.tensor.dtype))].join(', ')
  if (from === job.dtype) return from
  return (
    <>
      {from} <span className="name-dim">→</span> {job.dtype}
    </>
  )
}

interface CellProps extends Pick<Props, 'plan' | 'colours' | 'report'> {
  readonly job: Job
  readonly label: string
  /** What the geometry says of the stage: t as it is tried by a drag, and the way that it will go. */
  readonly known: { readonly stage: StageGeometry } | null
}

function StageCell({ job, label, plan, colours, report, known }: CellProps) {
  const index = job.stages.findIndex((stage) => stage.label === label)
  const stage = job.stages[index]
  if (stage === undefined) {
    if (label !== '' || job.kind !== 'copy') return <span className="name-dim">–</span>
    return (
      <>
        <div className="stage-rule">copy</div>
        <div className="stage-inputs">
          <Source checkpoint={job.sources[0]?.checkpoint} plan={plan} colours={colours} />
        </div>
      </>
    )
  }
  return (
    <>
      <div className="stage-rule">
        <Rule
          stage={stage}
          went={report?.stages.find((candidate) => candidate.label === label)}
          known={known?.stage ?? null}
        />
      </div>
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
    </>
  )
}

interface RuleProps {
  readonly stage: JobStage
  readonly went: StageReport | undefined
  readonly known: StageGeometry | null
}

/** The method and its parameter: the branch that it will take or, after a merge, took. A branch that is still open is asked. */
function Rule({ stage: { rule }, went, known }: RuleProps) {
  const branch = went?.branch ?? (known === null || known.branch === 'unknown' ? null : known.branch)
  const open = went === undefined && known?.branchCertain === false
  const t = rule.method === 'slerp' ? (known?.t ?? rule.t) : null
  return (
    <>
      {branch === null || (branch === 'copy' && rule.method !== 'slerp') ? (
        ruleName(rule)
      ) : (
        <span className={`branch ${branch}`} title={open ? OPEN : undefined}>
          {BRANCHES[branch]}
          {open && '?'}
        </span>
      )}
      {t !== null && <b>{t.toFixed(4)}</b>}
      {rule.method === 'linear' && <b>{rule.weights.map((weight) => weight.toFixed(4)).join(' : ')}</b>}
    </>
  )
}

const OPEN = 'Near the threshold of 0.9995: the merge decides it on all elements.'
const BRANCHES: Record<Branch, string> = { slerp: 'SLERP', lerp: 'LERP', linear: 'Linear', copy: 'Copy' }

function ruleName(rule: StageRule): string {
  return rule.method === 'passthrough' && rule.scale !== 1 ? `scale ${rule.scale}` : rule.method
}

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

interface OperandProps extends Pick<Props, 'plan' | 'colours'> {
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

function Source({
  checkpoint,
  plan,
  colours,
}: { readonly checkpoint: number | undefined } & Pick<Props, 'plan' | 'colours'>) {
  const planned = plan.checkpoints[checkpoint ?? -1]
  if (planned === undefined) return null
  return (
    <span className="model-name" data-colour={colours.get(planned.model)} title={planned.model}>
      {shortName(planned.model)}
    </span>
  )
}
