import { withBase } from './inner-matrix.ts'
import { nuslerpT } from './nuslerp.ts'
import type { ElementRule, InnerRule } from './plan.ts'

/**
 * What each operand has in a result as far as the recipe alone says it: by the weights, without a look at angles, at which elements stay,
 * or at how alike the tensors are. Adds up to 1.
 * @param operands number of operands, the base included
 */
export function firstOrderWeights(
  rule: Exclude<InnerRule, { method: 'slerp' }> | ElementRule,
  operands: number,
): readonly number[] {
  switch (rule.method) {
    case 'nuslerp':
    case 'nuslerp-rows': {
      const t = nuslerpT(rule.weights)
      return rule.based ? [0, 1 - t, t] : [1 - t, t]
    }
    case 'multislerp':
      return rule.based ? withBase(divided(rule.weights, rule.normalize)) : divided(rule.weights, true)
    case 'karcher':
      return even(operands)
    case 'nearswap':
    case 'arcee_fusion':
      return even(2)
    case 'model_stock':
    case 'model_stock-rows':
    case 'sce':
    case 'ram':
    case 'ramplus_tl':
      return [0, ...even(operands - 1)]
    default:
      return withBase(divided(rule.weights, rule.normalize).map((weight) => weight * rule.lambda))
  }
}

function even(count: number): number[] {
  return Array.from({ length: count }, () => 1 / count)
}

function divided(weights: readonly number[], normalize: boolean): number[] {
  const sum = normalize ? weights.reduce((a, b) => a + b, 0) : 1
  return weights.map((weight) => weight / (Math.abs(sum) < 1e-8 ? 1 : sum))
}
