import { slerp } from '../plan/coefficients.ts'
import { evaluateInner } from './evaluate-inner.ts'
import type { JobGrams, RowsGram } from './grams.ts'
import { cosine, quadratic, root } from './inner-product.ts'
import { type PlanLayout, slot } from './layout.ts'
import { hasMoved, restsOnMoved } from './moved.ts'
import type { PlanGeometry } from './plan-geometry.ts'
import { rowsGram } from './rows-gram.ts'

const [UNKNOWN, COPY, LINEAR, ELEMENTWISE] = [0, 1, 4, 5] as const
/** Places in BRANCHES. */
const BRANCH_CODES = { copy: COPY, slerp: 2, lerp: 3, linear: LINEAR, elementwise: ELEMENTWISE } as const

/** Scratch space of an evaluation: a vector over the inputs for each input (a unit vector) and each stage. */
export interface Work {
  /** Collapsed coefficients, and shares to first order. */
  readonly vectors: Float64Array
  readonly shares: Float64Array
  /** By stage of a job: 1 where it has another t than before, or rests on a stage that has. */
  readonly moved: Uint8Array
  /** A difference of two vectors in the basis x0, x1 - x0, …. */
  readonly difference: Float64Array
  /** Inner products of a stage's two operands. */
  readonly pair: { aa: number; ab: number; bb: number }
}

const works = new WeakMap<PlanLayout, Work>()

export function workOf(layout: PlanLayout): Work {
  let work = works.get(layout)
  if (work === undefined) {
    const size = layout.mostSlots * layout.mostInputs
    work = {
      vectors: new Float64Array(size),
      shares: new Float64Array(size),
      moved: new Uint8Array(layout.mostSlots),
      difference: new Float64Array(layout.mostInputs),
      pair: { aa: 0, ab: 0, bb: 0 },
    }
    works.set(layout, work)
  }
  return work
}

/**
 * Fills in what `geometry` says of one job and its stages.
 * @param before the values of t that `geometry` was filled in for, over the same Gram matrices; null where it holds nothing yet
 */
export function evaluateJob(
  geometry: PlanGeometry,
  job: number,
  grams: JobGrams | null,
  work: Work,
  before: Float64Array | null = null,
): void {
  const { layout, t } = geometry
  const planned = layout.jobs[job]
  if (planned === undefined) return
  if (before !== null && !hasMoved(layout, job, before, t)) return
  let known: RowsGram | undefined
  let knownRows = -1
  const n = planned.inputs.length
  const { vectors, shares, moved } = work
  const first = layout.stageStart[job] ?? 0
  const count = planned.stages.length
  vectors.fill(0, 0, n * (n + count))
  shares.fill(0, 0, n * (n + count))
  for (let i = 0; i < n; i++) {
    vectors[i * n + i] = 1
    shares[i * n + i] = 1
  }
  for (let s = 0; s < count; s++) {
    const stage = first + s
    const from = layout.operandStart[stage] ?? 0
    const to = layout.operandStart[stage + 1] ?? 0
    const a = slot(layout.operands[from] ?? 0, n) * n
    const b = slot(layout.operands[from + 1] ?? 0, n) * n
    const result = (n + s) * n
    const at = t[stage] ?? Number.NaN
    const isSlerp = layout.isSlerp[stage] === 1
    const rows = planned.stages[s]?.rows ?? 0
    moved[s] = before === null || !Object.is(before[stage], at) || restsOnMoved(layout, moved, from, to) ? 1 : 0
    if (grams !== null && planned.segments.length > 0 && (known === undefined || rows !== knownRows)) {
      known = rowsGram(planned, grams, rows)
      knownRows = rows
    }
    if (moved[s] === 0) {
      const vector = layout.vectorStart[stage] ?? 0
      for (let i = 0; i < n; i++) vectors[result + i] = geometry.vectors[vector + i] ?? 0
      addShares(geometry, shares, from, to, result, n, isSlerp, at)
      continue
    }
    if (known !== undefined && to - from === 2) measurePair(geometry, stage, known, work, a, b, n)
    let branch: number = UNKNOWN
    const kind = layout.kind[stage] ?? 0
    if (kind === 2) branch = ELEMENTWISE
    else if (kind === 1) {
      const found = known === undefined ? null : evaluateInner(geometry, job, s, known, work)
      if (found !== null) branch = BRANCH_CODES[found]
    } else if (!isSlerp) {
      for (let o = from; o < to; o++) geometry.coefficients[o] = layout.weights[o] ?? 0
      branch = to - from === 1 && layout.weights[from] === 1 ? COPY : LINEAR
    } else if (at === 0 || at === 1) {
      geometry.coefficients[from] = 1 - at
      geometry.coefficients[from + 1] = at
      branch = COPY
    } else if (layout.interpolation[stage] === 'lerp') {
      // A straight line whatever the angle: known before anything is read.
      geometry.coefficients[from] = 1 - at
      geometry.coefficients[from + 1] = at
      branch = BRANCH_CODES.lerp
    } else if (known !== undefined) {
      const found = slerp(work.pair, at, layout.interpolation[stage])
      geometry.coefficients[from] = found.coefficients[0] ?? 0
      geometry.coefficients[from + 1] = found.coefficients[1] ?? 0
      branch = BRANCH_CODES[found.branch]
    } else geometry.coefficients.fill(Number.NaN, from, to)
    geometry.branch[stage] = branch
    combine(layout, geometry.coefficients, vectors, from, to, result, n)
    addShares(geometry, shares, from, to, result, n, isSlerp, at)
    if (known !== undefined) measureStage(geometry, stage, from, to, known, work, result, n, isSlerp, at)
    const vector = layout.vectorStart[stage] ?? 0
    for (let i = 0; i < n; i++) geometry.vectors[vector + i] = vectors[result + i] ?? 0
  }
  finishJob(geometry, job, known, work, n, count)
}

function measurePair(
  geometry: PlanGeometry,
  stage: number,
  { gram, fine, sums, elements }: RowsGram,
  { vectors, pair }: Work,
  a: number,
  b: number,
  n: number,
): void {
  const aa = quadratic(vectors, a, gram, vectors, a, n)
  const ab = quadratic(vectors, a, gram, vectors, b, n)
  const bb = quadratic(vectors, b, gram, vectors, b, n)
  pair.aa = aa
  pair.ab = ab
  pair.bb = bb
  const cos = cosine(aa, ab, bb)
  geometry.cos[stage] = cos
  // For the eye: the merge's own arc cosine, which is slower, gives the coefficients.
  geometry.angle[stage] = Math.acos(fine === gram ? cos : fineCosine(fine, vectors, a, b, n))
  let [sumA, sumB] = [0, 0]
  for (let i = 0; i < n; i++) {
    sumA += (vectors[a + i] ?? 0) * (sums[i] ?? 0)
    sumB += (vectors[b + i] ?? 0) * (sums[i] ?? 0)
  }
  geometry.cosCentred[stage] = cosine(
    aa - (sumA * sumA) / elements,
    ab - (sumA * sumB) / elements,
    bb - (sumB * sumB) / elements,
  )
}

function fineCosine(fine: Float64Array, vectors: Float64Array, a: number, b: number, n: number): number {
  return cosine(
    quadratic(vectors, a, fine, vectors, a, n),
    quadratic(vectors, a, fine, vectors, b, n),
    quadratic(vectors, b, fine, vectors, b, n),
  )
}

function measureStage(
  geometry: PlanGeometry,
  stage: number,
  from: number,
  to: number,
  known: RowsGram,
  work: Work,
  result: number,
  n: number,
  isSlerp: boolean,
  t: number,
): void {
  const { layout, operandNorms } = geometry
  const { vectors, pair } = work
  let interpolated = 0
  for (let o = from; o < to; o++) {
    const v = slot(layout.operands[o] ?? 0, n) * n
    const square = to - from === 2 ? (o === from ? pair.aa : pair.bb) : quadratic(vectors, v, known.gram, vectors, v, n)
    const norm = root(square)
    operandNorms[o] = norm
    const own = layout.kind[stage] === 1 ? geometry.coefficients : layout.weights
    interpolated += norm * (isSlerp ? (o === from ? 1 - t : t) : (own[o] ?? 0))
  }
  const norm = root(quadratic(vectors, result, known.gram, vectors, result, n))
  geometry.norm[stage] = norm
  geometry.drift[stage] = norm / interpolated - 1
  const base = slot(layout.operands[from] ?? 0, n) * n
  geometry.difference[stage] = distance(work, result, base, known, n) / (operandNorms[from] ?? 0)
}

/** |u - v|, from the Gram matrix of differences, where u and v may be nearly equal. */
function distance({ vectors, difference }: Work, u: number, v: number, known: RowsGram, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) {
    const d = (vectors[u + i] ?? 0) - (vectors[v + i] ?? 0)
    difference[i] = d
    sum += d
  }
  difference[0] = sum
  return root(quadratic(difference, 0, known.anchored, difference, 0, n))
}

function combine(
  { operands }: PlanLayout,
  coefficients: Float64Array,
  vectors: Float64Array,
  from: number,
  to: number,
  result: number,
  n: number,
): void {
  for (let o = from; o < to; o++) {
    const c = coefficients[o] ?? 0
    const v = slot(operands[o] ?? 0, n) * n
    for (let i = 0; i < n; i++) vectors[result + i] = (vectors[result + i] ?? 0) + c * (vectors[v + i] ?? 0)
  }
}

function addShares(
  { layout: { operands, weights }, coefficients }: PlanGeometry,
  shares: Float64Array,
  from: number,
  to: number,
  result: number,
  n: number,
  isSlerp: boolean,
  t: number,
): void {
  // What inner products gave counts where it is known; before that, and for what is decided by element, what the weights say.
  const own = isSlerp || Number.isNaN(coefficients[from]) ? weights : coefficients
  let total = 1
  if (!isSlerp) {
    total = 0
    for (let o = from; o < to; o++) total += own[o] ?? 0
  }
  for (let o = from; o < to; o++) {
    const w = isSlerp ? (o === from ? 1 - t : t) : (own[o] ?? 0) / total
    const v = slot(operands[o] ?? 0, n) * n
    for (let i = 0; i < n; i++) shares[result + i] = (shares[result + i] ?? 0) + w * (shares[v + i] ?? 0)
  }
}

/** What is said of the whole tensor: shares by original model, drift and difference through all stages. */
function finishJob(
  geometry: PlanGeometry,
  job: number,
  known: RowsGram | undefined,
  work: Work,
  n: number,
  count: number,
): void {
  const { layout, share, coefficientShare } = geometry
  const planned = layout.jobs[job]
  if (planned === undefined) return
  const place = job * layout.models
  // A job without stages copies its source 0.
  const result = count === 0 ? 0 : (n + count - 1) * n
  share.fill(0, place, place + layout.models)
  let sum = 0
  for (let i = 0; i < n; i++) sum += work.vectors[result + i] ?? 0
  coefficientShare.fill(known !== undefined || !Number.isNaN(sum) ? 0 : Number.NaN, place, place + layout.models)
  let interpolated = 0
  for (let i = 0; i < n; i++) {
    const model = place + (planned.sources[planned.inputs[i]?.source ?? 0]?.checkpoint ?? 0)
    const part = work.shares[result + i] ?? 0
    share[model] = (share[model] ?? 0) + part
    coefficientShare[model] = (coefficientShare[model] ?? 0) + (work.vectors[result + i] ?? 0) / sum
    if (known !== undefined && part !== 0) interpolated += part * root(known.gram[i * n + i] ?? 0)
  }
  if (n === 0) {
    const model = place + (planned.sources[0]?.checkpoint ?? 0)
    share[model] = 1
    coefficientShare[model] = 1
  }
  if (known === undefined || count === 0) return
  const last = (layout.stageStart[job + 1] ?? 0) - 1
  geometry.jobDrift[job] = (geometry.norm[last] ?? 0) / interpolated - 1
  const base = baseInput(layout, job, count)
  geometry.jobDifference[job] = distance(work, result, base * n, known, n) / root(known.gram[base * n + base] ?? 0)
}

/** The input that first operands lead to from the last stage on. */
function baseInput(layout: PlanLayout, job: number, count: number): number {
  let stage = count - 1
  for (;;) {
    const flat = (layout.stageStart[job] ?? 0) + stage
    const operand = layout.operands[layout.operandStart[flat] ?? 0] ?? 0
    if (operand >= 0) return operand
    stage = -1 - operand
  }
}
