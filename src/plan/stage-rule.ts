import { interpolationOf } from '../recipe/dialect.ts'
import { METHOD_FACTS } from '../recipe/method-facts.ts'
import type { Findings } from './findings.ts'
import { ParameterReader } from './parameter-reader.ts'
import type { StageRule } from './plan.ts'
import { sparseRule } from './sparse-rule.ts'
import type { StageModel } from './stage-model.ts'
import type { TensorEntry, TensorSources } from './tensor-sources.ts'

/** Weights that add up to less than this cannot be divided by their sum. */
const SMALLEST_SUM = 1e-8

/** Which entries are the operands, in order: the base first where the method takes one. t of 0 or 1 takes one input as it is. */
export function simplify(rule: StageRule, found: TensorSources): { rule: StageRule; used: readonly number[] } {
  const all = found.entries.map((_, index) => index)
  if (rule.method !== 'slerp') return { rule, used: operandOrder(rule, found) ?? all }
  const base = Math.max(0, found.slice.base)
  const other = base === 0 ? 1 : 0
  if (rule.t === 0) return { rule: { method: 'passthrough', scale: 1 }, used: [base] }
  if (rule.t === 1) return { rule: { method: 'passthrough', scale: 1 }, used: [other] }
  return { rule, used: [base, other] }
}

/** The base first and then the others as they are listed; null where the method merges all alike. */
export function operandOrder(rule: StageRule, found: TensorSources): readonly number[] | null {
  const { base } = found.slice
  const alike = rule.method === 'linear' || rule.method === 'passthrough' || rule.method === 'karcher'
  if (base < 0 || alike || ('based' in rule && !rule.based)) return null
  return [base, ...found.entries.flatMap((_, index) => (index === base ? [] : [index]))]
}

/** What a stage does to one tensor; null after a finding. */
export function ruleOf(stage: StageModel, found: TensorSources, name: string, findings: Findings): StageRule | null {
  const read = new ParameterReader(stage, found, name, findings)
  const { method } = stage.stage
  const facts = METHOD_FACTS[method]
  const beside = facts.base === 'optional' || facts.base === 'required'
  const based = beside && found.slice.base >= 0
  const others = found.entries.filter((_, index) => !based || index !== found.slice.base)
  const rule = makeRule(stage, read, others, based)
  return read.isWhole ? rule : null
}

function makeRule(
  stage: StageModel,
  read: ParameterReader,
  others: readonly TensorEntry[],
  based: boolean,
): StageRule | null {
  const { method } = stage.stage
  const each = (parameter: string): number[] => others.map((entry) => read.own(entry, parameter))
  switch (method) {
    case 'slerp': {
      const t = read.shared('t')
      const interpolation = interpolationOf(stage.dialect)
      return interpolation === 'slerp' ? { method, t } : { method, t, interpolation }
    }
    case 'passthrough': {
      const [first] = others
      return { method, scale: first === undefined ? 1 : read.own(first, 'scale') }
    }
    case 'linear': {
      const [weights, normalize] = [each('weight'), read.flag('normalize')]
      const sum = weights.reduce((a, b) => a + b, 0)
      if (normalize && Math.abs(sum) < SMALLEST_SUM) return read.refuseSum(sum)
      return { method, weights, normalize }
    }
    case 'task_arithmetic':
      return { method, weights: each('weight'), normalize: read.flag('normalize'), lambda: read.shared('lambda') }
    case 'nuslerp': {
      const weights = each('weight')
      if (read.flag('nuslerp_flatten')) return { method, weights, based }
      const along = read.flag('nuslerp_row_wise') ? 'columns' : 'rows'
      return { method: 'nuslerp-rows', along, weights, based }
    }
    case 'multislerp': {
      const [weights, normalize] = [each('weight'), read.flag('normalize_weights')]
      const sum = weights.reduce((a, b) => a + b, 0)
      if (normalize && Math.abs(sum) < SMALLEST_SUM) return read.refuseSum(sum)
      return { method, weights, normalize, eps: read.shared('eps'), based }
    }
    case 'karcher':
      return { method, maxIterations: read.shared('max_iter'), tolerance: read.shared('tol') }
    case 'model_stock':
      return read.flag('filter_wise') ? { method: 'model_stock-rows' } : { method }
    case 'nearswap': {
      const t = read.shared('t')
      return t > 0 ? { method, t } : read.refuse('t', t, 'a number above 0')
    }
    case 'sce':
      return { method, selectTopk: read.shared('select_topk') }
    case 'arcee_fusion':
      return { method }
    case 'ram':
      return { method, epsilon: read.shared('epsilon') }
    case 'ramplus_tl':
      return { method, epsilon: read.shared('epsilon'), r: read.shared('r'), alpha: read.shared('alpha') }
    default:
      return sparseRule(method, read, others)
  }
}
