import type { Job } from '../plan/plan.ts'
import { type JobGrams, overRows, type RowsGram } from './grams.ts'

/** Inner products over the first rows of a job, by number of rows; added up once for each set of Gram matrices. */
const rowsByGrams = new WeakMap<JobGrams, Map<number, RowsGram>>()

export function rowsGram(job: Job, grams: JobGrams, rows: number): RowsGram {
  let byRows = rowsByGrams.get(grams)
  if (byRows === undefined) {
    byRows = new Map()
    rowsByGrams.set(grams, byRows)
  }
  let found = byRows.get(rows)
  if (found === undefined) {
    found = overRows(job, grams, rows)
    byRows.set(rows, found)
  }
  return found
}
