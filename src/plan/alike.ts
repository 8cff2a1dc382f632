import type { JobInput, JobStage, RowSegment } from './plan.ts'

/** What a job does, but for which tensors it does it to. */
export interface JobPattern {
  readonly inputs: readonly JobInput[]
  readonly segments: readonly RowSegment[]
  readonly stages: readonly JobStage[]
}

/** How many patterns are compared with: those of a layer's tensors come again and again. */
const KEPT = 8

/**
 * Gives equal patterns back as the same object. The hundreds of experts of a layer are merged alike, so that a plan of tens of thousands of
 * tensors is a fraction of its size in memory, and on its way to a worker.
 */
export class Alike {
  readonly #latest: JobPattern[] = []

  of(pattern: JobPattern): JobPattern {
    for (const one of this.#latest) if (isAlike(one, pattern)) return one
    if (this.#latest.length === KEPT) this.#latest.shift()
    this.#latest.push(pattern)
    return pattern
  }
}

function isAlike(a: JobPattern, b: JobPattern): boolean {
  // What mostly differs comes first: t, by layer.
  return isEqual(a.stages, b.stages) && isEqual(a.segments, b.segments) && isEqual(a.inputs, b.inputs)
}

/** Equality of plain data. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((value, index) => isEqual(value, b[index]))
  for (const key in a) if (!isEqual(a[key as keyof typeof a], b[key as keyof typeof b])) return false
  for (const key in b) if (!(key in a)) return false
  return true
}
