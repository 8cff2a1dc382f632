import type { PlanGeometry } from '../../geometry/index.ts'
import type { CosineBasis, DepthView } from '../../store/geometry-state.ts'
import { formatAngle, formatDifference, formatDrift, formatShare, formatT, NONE } from './numbers.ts'
import { angleOf, branchOf, differenceOf, driftOf, sharesOf, tOf } from './stage-values.ts'

export const VIEW_NAMES: Readonly<Record<DepthView, string>> = {
  share: 'Share',
  t: 't',
  angle: 'Angle',
  branch: 'Branch',
  drift: 'Norm drift',
  difference: '|Difference|',
}

export const VIEW_WORDS: Readonly<Record<DepthView, string>> = {
  share: 'Share of each original model, to first order, in the mixture of the models’ colours',
  t: 't: 0 is the base model, 1 the other',
  angle: 'Angle between the two inputs',
  branch: 'How the tensor is made',
  drift: 'Norm of the result against the norms of its inputs, interpolated',
  difference: 'Distance of the result from the base, in parts of the base’s norm',
}

export const BRANCH_WORDS = {
  slerp: 'SLERP',
  lerp: 'LERP',
  linear: 'Linear',
  copy: 'Copied',
  elementwise: 'Element by element',
  unknown: 'Not known yet',
} as const

/** One number a tensor, for the views that have one; NaN where nothing is known or nothing applies. */
export function depthNumbers(
  geometry: PlanGeometry,
  view: Exclude<DepthView, 'share' | 'branch'>,
  stage: string,
  cosines: CosineBasis,
): Float64Array {
  const read = { t: tOf, angle: angleOf, drift: driftOf, difference: differenceOf }[view]
  return Float64Array.from(geometry.layout.jobs, (_, job) => read(geometry, job, stage, cosines))
}

/** Lowest and highest of what is known; t always spans 0 to 1, drift lies evenly about 0. */
export function rangeOf(view: DepthView, values: Float64Array): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return view === 't' ? [0, 1] : [0, 0]
  if (view === 't') return [Math.min(0, low), Math.max(1, high)]
  if (view === 'drift') {
    const reach = Math.max(-low, high, 1e-9)
    return [-reach, reach]
  }
  return [0, high]
}

const FORMATS = { t: formatT, angle: formatAngle, drift: formatDrift, difference: formatDifference } as const

export function formatDepth(view: Exclude<DepthView, 'share' | 'branch'>, value: number): string {
  return FORMATS[view](value)
}

/** What a view says of one tensor, in words: the same as the table. */
export function depthText(
  geometry: PlanGeometry,
  job: number,
  view: DepthView,
  stage: string,
  cosines: CosineBasis,
  models: readonly string[],
): string {
  if (view === 'share') {
    const shares = sharesOf(geometry, stage).subarray(job * models.length, (job + 1) * models.length)
    const parts = models.flatMap((model, at) =>
      (shares[at] ?? Number.NaN) === 0 || Number.isNaN(shares[at]) ? [] : [`${formatShare(shares[at] ?? 0)} ${model}`],
    )
    return parts.length === 0 ? NONE : parts.join(', ')
  }
  if (view === 'branch') {
    const branch = branchOf(geometry, job, stage)
    return branch === null ? NONE : BRANCH_WORDS[branch]
  }
  const read = { t: tOf, angle: angleOf, drift: driftOf, difference: differenceOf }[view]
  return formatDepth(view, read(geometry, job, stage, cosines))
}
