import type { JobInput, JobStage, Operand, RowSegment, StageRule } from './plan.ts'

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
  return areEqual(a.stages, b.stages, isSameStage) && isEqual(a.segments, b.segments) && isEqual(a.inputs, b.inputs)
}

/** As `isEqual`; member by member, since plans of tens of thousands of tensors spend a tenth of their time here. */
function isSameStage(a: JobStage, b: JobStage): boolean {
  return (
    a.rows === b.rows &&
    a.label === b.label &&
    a.round === b.round &&
    isSameRule(a.rule, b.rule) &&
    areEqual(a.operands, b.operands, isSameOperand)
  )
}

function isSameRule(a: StageRule, b: StageRule): boolean {
  if (a.method !== 'slerp' || b.method !== 'slerp') return isEqual(a, b)
  return Object.is(a.t, b.t) && a.interpolation === b.interpolation
}

function isSameOperand(a: Operand, b: Operand): boolean {
  return 'input' in a ? 'input' in b && a.input === b.input : 'stage' in b && a.stage === b.stage
}

function areEqual<Item>(a: readonly Item[], b: readonly Item[], same: (x: Item, y: Item) => boolean): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!same(a[i] as Item, b[i] as Item)) return false
  return true
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
