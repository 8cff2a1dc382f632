import { memo } from 'react'
import { BASES, type PlanGeometry, type PlanGrams, type StageGeometry, stageOf } from '../geometry/index.ts'
import type { TensorReport } from '../merge/report.ts'
import type { Job, Plan } from '../plan/plan.ts'
import type { CosineBasis } from '../store/geometry-state.ts'
import { NONE } from './charts/numbers.ts'
import { differenceOf, driftOf } from './charts/stage-values.ts'
import { formatBytes, formatCount, formatShape } from './format.ts'
import { AngleCell, ChangeCell, CoefficientsCell, NormCell, type ShareModel, SharesCell } from './tensor-measures.tsx'
import type { TensorRow } from './tensor-order.ts'
import { StageCell } from './tensor-stage.tsx'

/** What the table shows of a plan, at one moment: another object in each frame of a gesture. */
export interface TensorsShown {
  readonly plan: Plan
  readonly colours: ReadonlyMap<string, number>
  readonly models: readonly ShareModel[]
  readonly reports: ReadonlyMap<string, TensorReport>
  /** Null until it is there. */
  readonly geometry: PlanGeometry | null
  readonly grams: PlanGrams
  readonly cosines: CosineBasis
}

interface Props {
  readonly row: TensorRow
  /** Place in the sorted list, from 0. */
  readonly index: number
  readonly labels: readonly string[]
  readonly shown: TensorsShown
  /** For the columns out of view, those before `first` and after `last`, counted in stages: see `useSettled`. */
  readonly settled: TensorsShown
  readonly first: number
  readonly last: number
  /** Whether this tensor's steps are shown. */
  readonly open: boolean
  /** Shows the steps of the tensor of this name; null shows none. */
  readonly onOpen: (name: string | null) => void
}

/** One output tensor, and what each stage does for it. Where `shown` stays, nothing of it is rendered. */
export const TensorRowView = memo(function TensorRowView(props: Props) {
  const { row, index, labels, shown, settled, first, last, open, onOpen } = props
  const at = (group: number): TensorsShown => (group >= first && group <= last ? shown : settled)
  return (
    <tr aria-rowindex={index + 3} className={index % 2 === 1 ? 'odd' : undefined}>
      <TensorTitle {...row} {...{ open, onOpen }} />
      <ShareCell row={row} shown={shown} />
      {labels.map((label, stage) => (
        <StageCells key={label} row={row} label={label} shown={at(stage)} />
      ))}
      <TensorFacts job={row.job} />
    </tr>
  )
})

interface StageProps {
  readonly row: TensorRow
  readonly label: string
  readonly shown: TensorsShown
}

/** The columns of one stage. */
const StageCells = memo(function StageCells({ row: { job, place }, label, shown }: StageProps) {
  const { plan, colours, cosines, reports } = shown
  const geometry = geometryFor(place, shown)
  const index = geometry?.layout.jobs[place]?.stages.findIndex((candidate) => candidate.label === label) ?? -1
  const stage = geometry === null || index < 0 ? null : stageOf(geometry, place, index, shown.grams[place] ?? null)
  const went = reports.get(job.name)?.stages.find((candidate) => candidate.label === label)
  return (
    <>
      <td className="col-t">
        <StageCell {...{ job, label, plan, colours, went }} known={stage} />
      </td>
      <td className="col-angle">
        {stage === null ? (
          NONE
        ) : (
          <StageAngle stage={stage} cosines={cosines} basis={BASES[geometry?.basis[place] ?? 0] ?? 'none'} />
        )}
      </td>
      <td className="col-coefficients">
        {stage === null ? NONE : <CoefficientsCell coefficients={stage.coefficients} />}
      </td>
      <td className="col-norm">{stage === null ? NONE : <NormCell norm={stage.norm} round={stage.round} />}</td>
      <td className="col-drift">
        {geometry === null || stage === null ? (
          NONE
        ) : (
          <ChangeCell drift={driftOf(geometry, place, label)} difference={differenceOf(geometry, place, label)} />
        )}
      </td>
    </>
  )
})

/** The geometry, where it knows this tensor already. */
function geometryFor(place: number, { geometry }: TensorsShown): PlanGeometry | null {
  return geometry !== null && place < geometry.layout.jobs.length ? geometry : null
}

interface StageAngleProps {
  readonly stage: StageGeometry
  readonly basis: (typeof BASES)[number]
  readonly cosines: CosineBasis
}

function StageAngle({ stage, basis, cosines }: StageAngleProps) {
  const raw = cosines === 'raw'
  return (
    <AngleCell
      cos={raw ? stage.cos : stage.cosCentred}
      low={raw ? (stage.cosInterval?.low ?? null) : null}
      high={raw ? (stage.cosInterval?.high ?? null) : null}
      angle={raw ? stage.angle : null}
      basis={basis}
    />
  )
}

const ShareCell = memo(function ShareCell({ row: { place }, shown }: Omit<StageProps, 'label'>) {
  const geometry = geometryFor(place, shown)
  const models = geometry?.layout.models ?? 0
  return (
    <td className="col-share">
      {geometry !== null && (
        <SharesCell shares={geometry.share.subarray(place * models, (place + 1) * models)} models={shown.models} />
      )}
    </td>
  )
})

interface TitleProps extends TensorRow, Pick<Props, 'open' | 'onOpen'> {}

/** Which tensor it is; a click opens its steps. */
const TensorTitle = memo(function TensorTitle({ place, job, open, onOpen }: TitleProps) {
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
    </>
  )
})

/** What a tensor is, whatever the stages do with it. */
const TensorFacts = memo(function TensorFacts({ job }: Pick<TensorRow, 'job'>) {
  return (
    <>
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
