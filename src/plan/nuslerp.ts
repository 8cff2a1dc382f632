import { clamp, InnerMatrix, withBase } from './inner-matrix.ts'
import type { InnerRule } from './plan.ts'
import type { StageCoefficients } from './slerp.ts'
import { acos, sin } from './trigonometry.ts'

/** Norms below this count as this: a tensor of zeros has a cosine of 0 with everything (mergekit's clamp). */
const SMALLEST_NORM = 1e-7
/** Where the sine of the angle is below this the way is a straight line. */
const SMALLEST_SINE = 1e-8
/** Weights that add up to less than this share the way evenly. */
const SMALLEST_SUM = 1e-6
/** Products of norms of differences below this count as this (Model Stock). */
const SMALLEST_PRODUCT = 1e-6

type Weighted = Extract<InnerRule, { method: 'nuslerp' }>

/** Where between the two a pair of weights stands: 0 is the first, 1 the second. */
export function nuslerpT(weights: readonly number[]): number {
  const [a = 0, b = 0] = weights
  return Math.abs(a + b) < SMALLEST_SUM ? 0.5 : b / (a + b)
}

/**
 * NuSLERP: SLERP by two weights, of two tensors or of their differences from a base, with a straight line only where the sine of the
 * angle vanishes (mergekit's `nuslerp`).
 * @param inner as for `innerCoefficients`
 */
export function nuslerp(rule: Weighted, inner: Float64Array): StageCoefficients {
  const pair = InnerMatrix.after(inner, rule.based ? 1 : 0)
  const t = nuslerpT(rule.weights)
  const scale = Math.max(pair.norm(0), SMALLEST_NORM) * Math.max(pair.norm(1), SMALLEST_NORM)
  const cos = clamp(pair.at(0, 1) / scale)
  const angle = acos(cos)
  const s = sin(angle)
  const straight = Math.abs(s) < SMALLEST_SINE
  const own = straight ? [1 - t, t] : [sin((1 - t) * angle) / s, sin(t * angle) / s]
  return { branch: straight ? 'lerp' : 'slerp', cos, coefficients: rule.based ? withBase(own) : own }
}

/**
 * Model Stock (Jang et al. 2024): from the base towards the mean of the others, as far as the mean cosine c of their differences from it
 * says: t = N c / (1 + (N - 1) c) for N models. Where that has no value (c = -1 / (N - 1): the differences cancel) the base is kept.
 * @param inner of the base and the differences of the others from it
 */
export function modelStock(inner: Float64Array): StageCoefficients {
  const others = InnerMatrix.after(inner, 1)
  const n = others.size
  let sum = 0
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      sum += clamp(others.at(i, j) / Math.max(others.norm(i) * others.norm(j), SMALLEST_PRODUCT))
    }
  }
  const cos = sum / ((n * (n - 1)) / 2)
  const divisor = 1 + (n - 1) * cos
  const t = divisor === 0 ? 0 : (n * cos) / divisor
  return { branch: 'linear', cos, coefficients: withBase(Array.from({ length: n }, () => t / n)) }
}
