import type { ElementRule, JobStage } from './plan.ts'
import { isElementwise, needsInnerProducts } from './rule-kinds.ts'

/**
 * How often the operands of an element-wise stage are gone through before its result can be computed, at most: a selection takes one pass for
 * the upper bits of what it orders by, one for the lower ones, and one where not all of those that are equal to the last can stay.
 */
function passesBefore(rule: ElementRule): number {
  switch (rule.method) {
    case 'nearswap':
    case 'ram':
      return 0
    case 'ramplus_tl':
    case 'nuslerp-rows':
    case 'model_stock-rows':
      return 1
    case 'arcee_fusion':
      return 3
    case 'sce':
      return rule.selectTopk < 1 ? 5 : 1
    default: {
      const thinned = rule.densities.some((density) => density < 1)
      if (!thinned) return 0
      const bounds = rule.gammas === undefined ? 1 : 2
      const selects = rule.method === 'ties' || rule.gammas !== undefined
      return (selects ? 2 + bounds : 0) + (rule.rescale ? 1 : 0)
    }
  }
}

/** The same of all stages of a job that has an element-wise one; 0 for others. Inner products take a pass each. */
export function elementPasses(stages: readonly JobStage[]): number {
  if (!stages.some(({ rule }) => isElementwise(rule))) return 0
  return stages.reduce((sum, stage) => sum + passesOver(stage), 0)
}

/** Passes over the operands of one stage of such a job, before its result can be computed. */
export function passesOver(stage: JobStage): number {
  return isElementwise(stage.rule) ? passesBefore(stage.rule) : needsInnerProducts(stage) ? 1 : 0
}
