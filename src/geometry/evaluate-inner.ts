import { innerCoefficients } from '../plan/inner-coefficients.ts'
import type { Job } from '../plan/plan.ts'
import { isBased, isInner } from '../plan/rule-kinds.ts'
import type { Work } from './evaluate-job.ts'
import type { RowsGram } from './grams.ts'
import { quadratic } from './inner-product.ts'
import { slot } from './layout.ts'
import type { GeometryBranch, PlanGeometry } from './plan-geometry.ts'

/** A stage of a method that works on angles and norms, other than slerp. @returns null where it has no coefficients */
export function evaluateInner(
  geometry: PlanGeometry,
  job: number,
  s: number,
  known: RowsGram,
  { vectors }: Pick<Work, 'vectors'>,
): Exclude<GeometryBranch, 'unknown'> | null {
  const { layout } = geometry
  const planned = layout.jobs[job] as Job
  const rule = planned.stages[s]?.rule
  const stage = (layout.stageStart[job] ?? 0) + s
  const [from, to] = [layout.operandStart[stage] ?? 0, layout.operandStart[stage + 1] ?? 0]
  if (rule === undefined || !isInner(rule)) return null
  const n = planned.inputs.length
  const k = to - from
  const based = isBased(rule)
  const own = Array.from({ length: k }, (_, i) => {
    const at = slot(layout.operands[from + i] ?? 0, n) * n
    const vector = vectors.slice(at, at + n)
    if (!based) return vector
    const base = slot(layout.operands[from] ?? 0, n) * n
    if (i > 0) for (let j = 0; j < n; j++) vector[j] = (vector[j] ?? 0) - (vectors[base + j] ?? 0)
    vector[0] = vector.reduce((a, b) => a + b, 0)
    return vector
  })
  const gram = based ? known.anchored : known.gram
  const inner = new Float64Array(k * k)
  for (const [i, u] of own.entries())
    for (const [j, v] of own.entries()) inner[i * k + j] = quadratic(u, 0, gram, v, 0, n)
  const found = innerCoefficients(rule, inner)
  if (found.coefficients.some(Number.isNaN)) return null
  for (const [i, c] of found.coefficients.entries()) geometry.coefficients[from + i] = c
  if (k !== 2 || based) {
    geometry.cos[stage] = found.cos ?? Number.NaN
    geometry.angle[stage] = found.cos === null ? Number.NaN : Math.acos(found.cos)
  }
  return found.branch
}
