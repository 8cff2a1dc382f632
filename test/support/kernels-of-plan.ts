import type { Engine } from '../../src/engine/engine.ts'
import { kernelsOf } from '../../src/merge/engine-supply.ts'
import type { Plan } from '../../src/plan/plan.ts'

/** An engine that has no kernels but those that are tried before a merge of this plan: the merge must need no other. */
export function onlyKernelsOf(plan: Plan, engine: Engine): Engine {
  if (kernelsOf(plan) === 'all') return engine
  const untried = async (): Promise<never> => {
    throw new Error('this merge uses a kernel that is not tried before it')
  }
  return {
    ...engine,
    count: untried,
    sum: untried,
    map: untried,
    divergences: untried,
    products: untried,
    rank: untried,
  }
}
