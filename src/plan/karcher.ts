import { clamp, InnerMatrix } from './inner-matrix.ts'
import type { InnerRule } from './plan.ts'
import type { StageCoefficients } from './slerp.ts'
import { acos, cos, sin } from './trigonometry.ts'

/**
 * The Karcher mean of the directions (Karcher 1977): the point of the sphere at which the ways to all of them add up to zero, found by
 * walking from the normalised mean along that sum; with the mean of the norms. All tensors count alike (mergekit's `karcher`).
 *
 * Every step stays in the span of the tensors, so that it is done on coefficients, with inner products alone.
 * @param inner inner products of all tensors
 */
export function karcher(rule: Extract<InnerRule, { method: 'karcher' }>, inner: Float64Array): StageCoefficients {
  const { maxIterations, tolerance } = rule
  const vectors = new InnerMatrix(inner)
  const norms = vectors.norms()
  const valid = norms.flatMap((norm, i) => (norm > tolerance ? [i] : []))
  const branch = 'slerp' as const
  const cosine = vectors.meanCosine()
  const zero = norms.flatMap((norm, i) => (norm > tolerance ? [] : [i]))
  const rest = zero.length === 0 ? {} : { zero }
  if (valid.length === 0) return { branch, cos: cosine, coefficients: norms.map(() => 0), ...rest }
  const alpha = 1 / valid.length
  let mean = norms.map((norm, i) => (valid.includes(i) ? alpha / norm : 0))
  const length = vectors.length(mean)
  const first = valid[0] ?? 0
  mean = length < tolerance ? norms.map((norm, i) => (i === first ? 1 / norm : 0)) : mean.map((c) => c / length)
  for (let step = 0; step < maxIterations; step++) {
    const tangent = norms.map(() => 0)
    for (const i of valid) {
      const norm = norms[i] ?? 1
      const dot = clamp(vectors.dot(mean, i) / norm)
      const angle = acos(dot)
      if (angle < tolerance) continue
      const factor = (alpha * angle) / sin(angle)
      tangent[i] = (tangent[i] ?? 0) + factor / norm
      for (const [j, c] of mean.entries()) tangent[j] = (tangent[j] ?? 0) - factor * dot * c
    }
    const size = vectors.length(tangent)
    if (size < tolerance || !Number.isFinite(size)) break
    const [towards, aside] = [cos(size), sin(size) / size]
    mean = mean.map((c, i) => towards * c + aside * (tangent[i] ?? 0))
    const drifted = vectors.length(mean)
    if (drifted > tolerance) mean = mean.map((c) => c / drifted)
  }
  const scale = norms.reduce((sum, norm) => sum + norm, 0) / norms.length
  return { branch, cos: cosine, coefficients: mean.map((c) => c * scale), ...rest }
}
