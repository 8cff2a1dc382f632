import { BRANCHES, type GeometryBranch, type PlanGeometry } from '../../geometry/index.ts'
import type { CosineBasis } from '../../store/geometry-state.ts'

/** Place of a stage in the flat row; -1 where the tensor has no stage of that name. */
export function stageAt({ layout }: PlanGeometry, job: number, stage: string): number {
  const label = layout.labels.indexOf(stage)
  return label < 0 ? -1 : (layout.stageOf[job * layout.labels.length + label] ?? -1)
}

/** t of a tensor in a stage; NaN where it has none. */
export function tOf(geometry: PlanGeometry, job: number, stage: string): number {
  return at(geometry.t, stageAt(geometry, job, stage))
}

/** Cosine between the two inputs of a stage; NaN where it is not known. */
export function cosOf(geometry: PlanGeometry, job: number, stage: string, basis: CosineBasis): number {
  return at(basis === 'raw' ? geometry.cos : geometry.cosCentred, stageAt(geometry, job, stage))
}

/** Angle between the two inputs of a stage, in degrees. */
export function angleOf(geometry: PlanGeometry, job: number, stage: string, basis: CosineBasis): number {
  const place = stageAt(geometry, job, stage)
  const radians = basis === 'raw' ? at(geometry.angle, place) : Math.acos(at(geometry.cosCentred, place))
  return (radians * 180) / Math.PI
}

/** How a stage makes the tensor; a tensor whose bytes are copied may have no stages at all. */
export function branchOf(geometry: PlanGeometry, job: number, stage: string): GeometryBranch | null {
  const place = stageAt(geometry, job, stage)
  if (place >= 0) return BRANCHES[geometry.branch[place] ?? 0] ?? 'unknown'
  return stage === '' && geometry.layout.jobs[job]?.kind === 'copy' ? 'copy' : null
}

/** Norm of the result over the norms of its inputs, interpolated as t says, minus 1; of the final stage through all stages. */
export function driftOf(geometry: PlanGeometry, job: number, stage: string): number {
  return stage === '' ? at(geometry.jobDrift, job) : at(geometry.drift, stageAt(geometry, job, stage))
}

/** |result - base| over |base|; of the final stage from the original that base models lead to. */
export function differenceOf(geometry: PlanGeometry, job: number, stage: string): number {
  return stage === '' ? at(geometry.jobDifference, job) : at(geometry.difference, stageAt(geometry, job, stage))
}

/** Norm of a stage's result before rounding. */
export function normOf(geometry: PlanGeometry, job: number, stage: string): number {
  return at(geometry.norm, stageAt(geometry, job, stage))
}

function at(values: Float64Array, place: number): number {
  return place < 0 ? Number.NaN : (values[place] ?? Number.NaN)
}

/**
 * Share of every original in a stage's result, jobs x models, to first order: what t and weights alone say.
 * Rows of tensors that the stage does not make are NaN.
 */
export function sharesOf(geometry: PlanGeometry, stage: string): Float64Array {
  if (stage === '') return geometry.share
  const { layout, t } = geometry
  const shares = new Float64Array(layout.jobs.length * layout.models).fill(Number.NaN)
  for (let job = 0; job < layout.jobs.length; job++) {
    const place = stageAt(geometry, job, stage)
    if (place < 0) continue
    const own = shares.subarray(job * layout.models, (job + 1) * layout.models).fill(0)
    addShares(geometry, job, place, 1, own, t)
  }
  return shares
}

function addShares(
  geometry: PlanGeometry,
  job: number,
  stage: number,
  part: number,
  shares: Float64Array,
  t: Float64Array,
): void {
  const { layout } = geometry
  const planned = layout.jobs[job]
  const [from, to] = [layout.operandStart[stage] ?? 0, layout.operandStart[stage + 1] ?? 0]
  const isSlerp = layout.isSlerp[stage] === 1
  let total = isSlerp ? 1 : 0
  if (!isSlerp) for (let o = from; o < to; o++) total += layout.weights[o] ?? 0
  for (let o = from; o < to; o++) {
    const own = t[stage] ?? 0
    const weight = (isSlerp ? (o === from ? 1 - own : own) : (layout.weights[o] ?? 0) / total) * part
    const operand = layout.operands[o] ?? 0
    if (operand < 0) addShares(geometry, job, (layout.stageStart[job] ?? 0) - 1 - operand, weight, shares, t)
    else {
      const model = planned?.sources[planned.inputs[operand]?.source ?? 0]?.checkpoint ?? 0
      shares[model] = (shares[model] ?? 0) + weight
    }
  }
}
