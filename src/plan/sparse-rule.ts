import type { ParameterReader } from './parameter-reader.ts'
import type { SparseRule } from './plan.ts'
import type { TensorEntry } from './tensor-sources.ts'

/** Whether the method drops elements at random, by rank, or the very largest too. */
const TRAITS: Readonly<Record<SparseRule['method'], 'none' | 'random' | 'ranked' | 'outliers'>> = {
  ties: 'none',
  dare_linear: 'random',
  dare_ties: 'random',
  della: 'ranked',
  della_linear: 'ranked',
  breadcrumbs: 'outliers',
  breadcrumbs_ties: 'outliers',
}

/** The rule of a method that thins out task vectors; null after a finding. */
export function sparseRule(
  method: SparseRule['method'],
  read: ParameterReader,
  others: readonly TensorEntry[],
): SparseRule | null {
  const trait = TRAITS[method]
  const each = (parameter: string): number[] => others.map((entry) => read.own(entry, parameter))
  const densities = each('density')
  const rule: SparseRule = {
    method,
    weights: each('weight'),
    densities,
    normalize: read.flag('normalize'),
    rescale: read.flag('rescale'),
    lambda: read.shared('lambda'),
    seed: trait === 'random' || trait === 'ranked' ? read.shared('random_seed') : 0,
  }
  if (trait === 'outliers') return { ...rule, gammas: each('gamma') }
  if (trait !== 'ranked') return rule
  const epsilons = each('epsilon')
  const odd = densities.findIndex((density, k) => {
    const epsilon = epsilons[k] ?? 0
    return density > 0 && density < 1 && (density + epsilon >= 1 || density - epsilon <= 0)
  })
  if (odd >= 0)
    return read.refuse(
      'epsilon',
      epsilons[odd] ?? 0,
      `less than ${Math.min(densities[odd] ?? 0, 1 - (densities[odd] ?? 0))}, so that density ${densities[odd]} less and plus it stay between 0 and 1`,
    )
  return { ...rule, epsilons }
}
