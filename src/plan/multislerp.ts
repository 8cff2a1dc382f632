import { InnerMatrix, withBase } from './inner-matrix.ts'
import type { InnerRule } from './plan.ts'
import type { StageCoefficients } from './slerp.ts'

/**
 * Multi-SLERP: the weighted mean of the directions, on the sphere, with the weighted mean of the norms (mergekit's `multislerp`; Goddard
 * 2025). The published steps go to the tangent space at that mean direction and back, but what they add up there is the mean's own
 * deviation from itself, which is zero: the mean direction is the result.
 *
 * Two tensors whose directions cancel are averaged in a straight line; of more, nothing is left to point anywhere, and the result is the
 * base, or zero.
 * @param inner as for `innerCoefficients`
 */
export function multislerp(rule: Extract<InnerRule, { method: 'multislerp' }>, inner: Float64Array): StageCoefficients {
  const vectors = InnerMatrix.after(inner, rule.based ? 1 : 0)
  const norms = vectors.norms()
  const sum = rule.normalize ? rule.weights.reduce((a, b) => a + b, 0) : 1
  const weights = rule.weights.map((weight) => weight / sum)
  const mean = norms.map((norm, i) => (weights[i] ?? 0) / (norm + rule.eps))
  const length = vectors.length(mean)
  const cos = vectors.meanCosine()
  const based = (own: readonly number[]) => (rule.based ? withBase(own) : own)
  if (length < rule.eps) {
    const straight = vectors.size === 2 ? weights : norms.map(() => 0)
    return { branch: 'lerp', cos, coefficients: based(straight) }
  }
  const norm = norms.reduce((total, each, i) => total + each * (weights[i] ?? 0), 0)
  return { branch: 'slerp', cos, coefficients: based(mean.map((c) => (c / length) * norm)) }
}
