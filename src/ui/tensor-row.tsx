import { memo } from 'react'
import {
  type JobGrams,
  type PlanGeometry,
  type StageGeometry,
  type TensorGeometry,
  tensorOf,
} from '../geometry/index.ts'
import type { StageReport, TensorReport } from '../merge/report.ts'
import type { Job, Plan } from '../plan/plan.ts'
import type { CosineBasis } from '../store/geometry-state.ts'
import { NONE } from './charts/numbers.ts'
import { differenceOf, driftOf } from './charts/stage-values.ts'
import { formatBytes, formatCount, formatShape } from './format.ts'
import { AngleCell, ChangeCell, CoefficientsCell, NormCell, type ShareModel, SharesCell } from './tensor-measures.tsx'
import type { TensorRow } from './tensor-order.ts'
import { StageCell } from './tensor-stage.tsx'

interface Props {
  readonly row: TensorRow
  /** Place in the sorted list, from 0. */
  readonly index: number
  readonly plan: Plan
  readonly labels: readonly string[]
  readonly colours: ReadonlyMap<string, number>
  readonly models: readonly ShareModel[]
  readonly report: TensorReport | undefined
  /** Of the whole plan; null until it is there. */
  readonly geometry: PlanGeometry | null
  readonly grams: JobGrams | null
  readonly cosines: CosineBasis
  /** Whether the columns of a stage, by its place among the labels, keep what they show. */
  readonly isHeld: (stage: number) => boolean
  /** Whether this tensor's steps are shown. */
  readonly open: boolean
  /** Shows the steps of the tensor of this name; null shows none. */
  readonly onOpen: (name: string | null) => void
}

/** One output tensor, and what each stage does for it. In a drag it is rendered in every frame; cells whose values stay are not. */
export function TensorRowView(props: Props) {
  const { row, index, plan, labels, colours, models, report, geometry, grams, cosines, isHeld, open, onOpen } = props
  const { place, job } = row
  const tensor = geometry === null || place >= geometry.layout.jobs.length ? null : tensorOf(geometry, place, grams)
  return (
    <tr aria-rowindex={index + 3} className={index % 2 === 1 ? 'odd' : undefined}>
      <TensorFacts {...{ place, job, open, onOpen }} />
      {labels.map((label, number) => {
        const stage = tensor?.stages.find((candidate) => candidate.label === label) ?? null
        const went = report?.stages.find((candidate) => candidate.label === label)
        const known = stage === null || tensor === null || geometry === null ? null : { stage, tensor, geometry }
        return (
          <StageCells
            key={label}
            {...{ job, place, label, plan, colours, went, known, cosines }}
            held={isHeld(number)}
          />
        )
      })}
      <td className="col-share">{tensor !== null && <SharesCell shares={tensor.share} models={models} />}</td>
    </tr>
  )
}

interface StageProps extends Pick<Props, 'plan' | 'colours' | 'cosines'> {
  readonly job: Job
  readonly place: number
  readonly label: string
  readonly went: StageReport | undefined
  readonly known: {
    readonly stage: StageGeometry
    readonly tensor: TensorGeometry
    readonly geometry: PlanGeometry
  } | null
  /** Out of view while a gesture lasts: what it showed stays until the gesture ends. */
  readonly held: boolean
}

/** The columns of one stage. */
const StageCells = memo(
  function StageCells({ job, place, label, plan, colours, went, known, cosines }: StageProps) {
    const stage = known?.stage ?? null
    return (
      <>
        <td className="col-t">
          <StageCell {...{ job, label, plan, colours, went }} known={stage} />
        </td>
        <td className="col-angle">{known === null ? NONE : <StageAngle {...known} cosines={cosines} />}</td>
        <td className="col-coefficients">
          {stage === null ? NONE : <CoefficientsCell coefficients={stage.coefficients} />}
        </td>
        <td className="col-norm">{stage === null ? NONE : <NormCell norm={stage.norm} round={stage.round} />}</td>
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
      </>
    )
  },
  (_, next) => next.held,
)

interface StageAngleProps {
  readonly stage: StageGeometry
  readonly tensor: TensorGeometry
  readonly cosines: CosineBasis
}

function StageAngle({ stage, tensor, cosines }: StageAngleProps) {
  const raw = cosines === 'raw'
  return (
    <AngleCell
      cos={raw ? stage.cos : stage.cosCentred}
      low={raw ? (stage.cosInterval?.low ?? null) : null}
      high={raw ? (stage.cosInterval?.high ?? null) : null}
      angle={raw ? stage.angle : null}
      basis={tensor.basis}
    />
  )
}

interface FactsProps extends TensorRow, Pick<Props, 'open' | 'onOpen'> {}

/** What a tensor is, whatever the stages do with it. */
const TensorFacts = memo(function TensorFacts({ place, job, open, onOpen }: FactsProps) {
  return (
    <>
      <td className="col-order">{place + 1}</td>
      <th scope="row" className="col-name" title={job.name}>
        <button
          type="button"
          className="tensor-open"
          aria-expanded={open}
          onClick={() => onOpen(open ? null : job.name)}
        >
          <span>
            <TensorName name={job.name} />
          </span>
        </button>
      </th>
      <td className="col-shape">{formatShape(job.shape)}</td>
      <td className="col-dtype">
        <Dtypes job={job} />
      </td>
      <td className="col-size" title={`${formatCount(job.byteLength)} bytes`}>
        {formatBytes(job.byteLength)}
      </td>
    </>
  )
})

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
