import type { PlanGeometry } from '../geometry/index.ts'
import type { Job } from '../plan/plan.ts'
import type { CosineBasis } from '../store/geometry-state.ts'
import { angleOf, driftOf, normOf, tOf } from './charts/stage-values.ts'

/** What the geometry sorts by, with the stage: `angle:component1`; the final stage has no name. */
export type StageSortKey = `${'t' | 'angle' | 'norm' | 'drift'}:${string}`
export type SortKey = 'order' | 'name' | 'size' | StageSortKey

export interface Sorting {
  readonly key: SortKey
  readonly descending: boolean
}

/** A job with its place in the output, from 0. */
export interface TensorRow {
  readonly place: number
  readonly job: Job
}

/** What a stage's columns are sorted by. */
export interface SortableGeometry {
  readonly geometry: PlanGeometry
  readonly cosines: CosineBasis
}

const byName = new Intl.Collator('en', { numeric: true })

/** The rows whose name holds every word of `filter`, in the order asked for. What has no value comes last, either way. */
export function orderTensors(
  jobs: readonly Job[],
  filter: string,
  { key, descending }: Sorting,
  known: SortableGeometry | null = null,
): readonly TensorRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const rows = jobs.map((job, place): TensorRow => ({ place, job }))
  const found = rows.filter(({ job }) => words.every((word) => job.name.toLowerCase().includes(word)))
  const sign = descending ? -1 : 1
  if (key === 'order') return descending ? found.toReversed() : found
  if (key === 'name')
    return found.toSorted((a, b) => sign * byName.compare(a.job.name, b.job.name) || a.place - b.place)
  const value = key === 'size' ? ({ job }: TensorRow) => job.byteLength : stageValue(key, known)
  return found
    .map((row) => ({ row, value: value(row) }))
    .toSorted((a, b) => {
      if (Number.isNaN(a.value) || Number.isNaN(b.value))
        return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value)) || a.row.place - b.row.place
      return sign * (a.value - b.value) || a.row.place - b.row.place
    })
    .map(({ row }) => row)
}

function stageValue(key: StageSortKey, known: SortableGeometry | null): (row: TensorRow) => number {
  if (known === null) return () => Number.NaN
  const { geometry, cosines } = known
  const colon = key.indexOf(':')
  const stage = key.slice(colon + 1)
  const values: Readonly<Record<string, (job: number) => number>> = {
    t: (job) => tOf(geometry, job, stage),
    angle: (job) => angleOf(geometry, job, stage, cosines),
    norm: (job) => normOf(geometry, job, stage),
    drift: (job) => driftOf(geometry, job, stage),
  }
  const value = values[key.slice(0, colon)]
  return ({ place }) => value?.(place) ?? Number.NaN
}
