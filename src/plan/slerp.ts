import type { Interpolation } from '../recipe/dialect.ts'
import { acos, sin } from './trigonometry.ts'

/** Above this |cosine| the two inputs count as colinear and SLERP becomes LERP (mergekit's threshold: angles under 1.81 degrees). */
export const LERP_THRESHOLD = 0.9995

/** A norm at or below this leaves its vector as it is, so that the cosine with it is no cosine (mergekit's epsilon). */
const NORM_EPSILON = 1e-8

/** Inner products of the two operands of one stage. */
export interface PairGram {
  readonly aa: number
  readonly ab: number
  readonly bb: number
}

export interface StageCoefficients {
  /** `elementwise`: no one combination makes the whole tensor, and there are no coefficients. */
  readonly branch: 'slerp' | 'lerp' | 'linear' | 'copy' | 'elementwise'
  /**
   * Cosine of the angle between the operands (of their differences from the base, where the method takes them); of more than two the
   * mean over pairs. Null for stages that need no angle, and for t of 0 and 1.
   */
  readonly cos: number | null
  /** One for each operand. */
  readonly coefficients: readonly number[]
  /** Operands that are zero, or as good as, and so have no direction; left out where there are none. */
  readonly zero?: readonly number[]
}

/**
 * The SLERP formula on un-normalised operands (Shoemake 1985): t = 0 gives a, t = 1 gives b. `lerp` is a straight line at any angle;
 * `slerp-clipped` takes an obtuse angle for a right one, as mlx_lm.merge does.
 */
export function slerp(pair: PairGram, t: number, interpolation: Interpolation = 'slerp'): StageCoefficients {
  const normA = Math.sqrt(Math.max(0, pair.aa))
  const normB = Math.sqrt(Math.max(0, pair.bb))
  const scale = (normA > NORM_EPSILON ? normA : 1) * (normB > NORM_EPSILON ? normB : 1)
  const cos = Math.min(1, Math.max(-1, pair.ab / scale))
  const used = interpolation === 'slerp-clipped' ? Math.max(0, cos) : cos
  const zero = [normA, normB].flatMap((norm, k) => (norm > NORM_EPSILON ? [] : [k]))
  const rest = zero.length === 0 ? {} : { zero }
  const straight = interpolation === 'lerp' || Math.abs(used) > LERP_THRESHOLD
  if (straight) return { branch: 'lerp', cos, coefficients: [1 - t, t], ...rest }
  const angle = acos(used)
  const s = sin(angle)
  return { branch: 'slerp', cos, coefficients: [sin((1 - t) * angle) / s, sin(t * angle) / s], ...rest }
}
