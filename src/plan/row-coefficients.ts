import type { Job, JobStage, RowSegment, StageRows } from './plan.ts'
import { isInner } from './rule-kinds.ts'

/** What a stage does in the rows of a segment. */
export function stageRows(job: Job, index: number, segment: RowSegment): StageRows {
  if (segment.gather !== undefined) return segment.gather.stages[index] ?? 'absent'
  return segment.to <= (job.stages[index]?.rows ?? 0) ? 'merged' : 'absent'
}

/** True where the segment's rows are among the output's. */
export function isOutputSegment(job: Job, segment: RowSegment): boolean {
  return segment.gather === undefined ? segment.to <= (job.shape[0] ?? 1) : segment.gather.output !== null
}

/**
 * The coefficients of a stage in rows that not all of its operands have: those of an operand that lacks the row go to what stands in for it.
 * A row merged with itself on the sphere is that row, although the coefficients add up to more than 1.
 */
export function rowCoefficients(stage: JobStage, coefficients: readonly number[], rows: StageRows): readonly number[] {
  if (rows === 'merged') return coefficients
  if (rows === 'absent') return coefficients.map(() => 0)
  const whole = rows.map((_, j) => rows.every((shares) => shares[j] === 1))
  if (isInner(stage.rule) && whole.includes(true)) return whole.map(Number)
  return rows.map((_, j) => rows.reduce((sum, shares, k) => sum + (coefficients[k] ?? 0) * (shares[j] ?? 0), 0))
}
