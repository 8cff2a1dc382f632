import { karcher } from './karcher.ts'
import { multislerp } from './multislerp.ts'
import { modelStock, nuslerp } from './nuslerp.ts'
import type { InnerRule } from './plan.ts'
import { type StageCoefficients, slerp } from './slerp.ts'

/**
 * The coefficients of a stage whose method works on angles and norms.
 * @param inner K x K, row-major: inner products of the K operands; where the rule takes differences from a base (`isBased`), operand 0 is
 *   the base and the others stand for their differences from it
 */
export function innerCoefficients(rule: InnerRule, inner: Float64Array): StageCoefficients {
  switch (rule.method) {
    case 'slerp':
      return slerp({ aa: inner[0] ?? 0, ab: inner[1] ?? 0, bb: inner[3] ?? 0 }, rule.t, rule.interpolation)
    case 'nuslerp':
      return nuslerp(rule, inner)
    case 'multislerp':
      return multislerp(rule, inner)
    case 'karcher':
      return karcher(rule, inner)
    case 'model_stock':
      return modelStock(inner)
  }
}
