import type { ElementRule, FixedRule, InnerRule, JobStage, StageRule } from './plan.ts'

const FIXED: ReadonlySet<string> = new Set<FixedRule['method']>(['linear', 'passthrough', 'task_arithmetic'])
const INNER: ReadonlySet<string> = new Set<InnerRule['method']>([
  'slerp',
  'nuslerp',
  'multislerp',
  'karcher',
  'model_stock',
])

/** True of rules whose coefficients the recipe alone gives. */
export function isFixed(rule: StageRule): rule is FixedRule {
  return FIXED.has(rule.method)
}

/** True of rules whose coefficients follow from inner products. A straight line (a slerp of another dialect) needs none. */
export function isInner(rule: StageRule): rule is InnerRule {
  return INNER.has(rule.method)
}

/** True of rules that decide element by element or row by row. */
export function isElementwise(rule: StageRule): rule is ElementRule {
  return !isFixed(rule) && !isInner(rule)
}

/** True where a stage's coefficients cannot be known before its operands' inner products are. */
export function needsInnerProducts({ rule }: JobStage): boolean {
  return isInner(rule) && !(rule.method === 'slerp' && rule.interpolation === 'lerp')
}

/** True where operand 0 is a base from which the differences of the others are taken. */
export function isBased(rule: StageRule): boolean {
  if ('based' in rule) return rule.based
  return rule.method === 'model_stock'
}
