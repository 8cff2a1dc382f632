import { type JobGrams, type PlanGeometry, tensorOf } from '../../geometry/index.ts'
import type { TensorReport } from '../../merge/report.ts'
import type { Plan } from '../../plan/plan.ts'
import { useGeometry } from '../../store/geometry-state.ts'
import { saveText } from '../history/save-text.ts'
import { stepsCsv, stepsJson } from './steps-text.ts'
import { stepsOf, type TensorSteps } from './tensor-steps.ts'

interface Props {
  readonly plan: Plan
  /** Of a merge of this plan, by tensor; empty before it. */
  readonly reports: ReadonlyMap<string, TensorReport>
}

/** Saves the whole table, whatever its filter shows: every tensor with its inputs and steps, in full precision. */
export function TableExport({ plan, reports }: Props) {
  const all = (): readonly TensorSteps[] => {
    const { geometry, grams } = useGeometry.getState()
    return plan.jobs.map((_, place) => stepsAt(plan, place, geometry, grams[place] ?? null, reports))
  }
  return (
    <span className="table-export">
      <button
        type="button"
        className="quiet"
        aria-label="Table as JSON"
        onClick={() => saveText('tensors.json', stepsJson(all()), 'application/json')}
      >
        JSON
      </button>
      <button
        type="button"
        className="quiet"
        aria-label="Table as CSV"
        onClick={() => saveText('tensors.csv', stepsCsv(all()), 'text/csv')}
      >
        CSV
      </button>
    </span>
  )
}

/** The steps of the tensor at a place in the plan, as far as they are known. */
export function stepsAt(
  plan: Plan,
  place: number,
  geometry: PlanGeometry | null,
  grams: JobGrams | null,
  reports: ReadonlyMap<string, TensorReport>,
): TensorSteps {
  const job = plan.jobs[place]
  if (job === undefined) throw new Error(`the plan has no tensor ${place}`)
  const known = geometry === null || geometry.layout.jobs.length !== plan.jobs.length ? null : geometry
  return stepsOf(job, plan, known && tensorOf(known, place, grams), reports.get(job.name) ?? null)
}
