import type { Job } from '../plan/plan.ts'

export type SortKey = 'order' | 'name' | 'size'

export interface Sorting {
  readonly key: SortKey
  readonly descending: boolean
}

/** A job with its place in the output, from 0. */
export interface TensorRow {
  readonly place: number
  readonly job: Job
}

const byName = new Intl.Collator('en', { numeric: true })

/** The rows whose name holds every word of `filter`, in the order asked for. */
export function orderTensors(jobs: readonly Job[], filter: string, { key, descending }: Sorting): readonly TensorRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  const rows = jobs.map((job, place): TensorRow => ({ place, job }))
  const found = rows.filter(({ job }) => words.every((word) => job.name.toLowerCase().includes(word)))
  const sign = descending ? -1 : 1
  return found.toSorted((a, b) => sign * compare(a, b, key) || a.place - b.place)
}

function compare(a: TensorRow, b: TensorRow, key: SortKey): number {
  if (key === 'name') return byName.compare(a.job.name, b.job.name)
  return key === 'size' ? a.job.byteLength - b.job.byteLength : a.place - b.place
}
