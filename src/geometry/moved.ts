import type { PlanLayout } from './layout.ts'

/** True where a stage of the job has another t than before. */
export function hasMoved({ stageStart }: PlanLayout, job: number, before: Float64Array, t: Float64Array): boolean {
  for (let stage = stageStart[job] ?? 0; stage < (stageStart[job + 1] ?? 0); stage++)
    if (!Object.is(before[stage], t[stage])) return true
  return false
}

/** True where an operand is a stage that has moved. @param moved by stage of the job */
export function restsOnMoved({ operands }: PlanLayout, moved: Uint8Array, from: number, to: number): boolean {
  for (let o = from; o < to; o++) {
    const operand = operands[o] ?? 0
    if (operand < 0 && moved[-1 - operand] === 1) return true
  }
  return false
}
