import type { SparseRule } from '../../src/plan/plan.ts'

/** A rule of task vectors that are thinned out, over a base and two others. */
export function sparse(method: SparseRule['method'], more: Partial<SparseRule> = {}): SparseRule {
  return {
    method,
    weights: [0.6, 0.3],
    densities: [0.4, 0.7],
    normalize: true,
    rescale: false,
    lambda: 1,
    seed: 7,
    ...more,
  }
}

/** A recipe for these models whose stage is given another rule once it is planned (altered-merge.ts). */
export function plainStage(models: readonly string[], dtype: string): string {
  const lines = models.map((model) => `  - {model: ${model}, parameters: {weight: 1}}`)
  return `merge_method: linear\nmodels:\n${lines.join('\n')}\ndtype: ${dtype}\n`
}
