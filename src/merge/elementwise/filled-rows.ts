import { effectiveDType } from '../../engine/elements.ts'
import type { InputFormat } from '../../engine/index.ts'
import type { Job, JobStage, StageRows } from '../../plan/plan.ts'
import { inputFormats } from '../program.ts'

/**
 * How the operands of a stage are stored once all of them have all rows, where rows are arranged by token. Rows that an operand lacks are
 * another's, or a mean: where one format does not hold both, that is the stage's dtype, if the operands are of it, or F32.
 */
export function filledFormats(job: Job, index: number): InputFormat[] {
  const { operands, round } = job.stages[index] as JobStage
  const inputs = inputFormats(job)
  const own = operands.map((operand): InputFormat => {
    if ('stage' in operand) return { dtype: job.stages[operand.stage]?.round ?? 'F32', round: null }
    return inputs[operand.input] as InputFormat
  })
  const together = own.every((format) => effectiveDType(format) === round) ? round : 'F32'
  return own.map((format, k) => {
    const isKept = job.segments.every(({ gather }) => {
      const shares = sharesOf(gather?.stages[index] ?? 'absent', k, operands.length)
      const [only] = shares
      return shares.length === 0 || (shares.length === 1 && only?.share === 1 && isSame(own[only.operand], format))
    })
    return isKept ? format : { dtype: together, round: null }
  })
}

/** The part of an operand that stands in for another. */
export interface Share {
  readonly operand: number
  readonly share: number
}

/** What operand k of a stage has in rows of which the stage makes this: its own, others', or (where there are none) zeros. */
export function sharesOf(rows: StageRows, k: number, operands: number): readonly Share[] {
  if (rows === 'absent') return []
  if (rows === 'merged') return [{ operand: k, share: 1 }]
  return Array.from({ length: operands }, (_, operand) => ({ operand, share: rows[k]?.[operand] ?? 0 })).filter(
    ({ share }) => share !== 0,
  )
}

export function isSame(a: InputFormat | undefined, b: InputFormat | undefined): boolean {
  return a?.dtype === b?.dtype && a?.round === b?.round
}
