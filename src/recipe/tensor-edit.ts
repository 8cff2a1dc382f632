import type { Edit, ParameterPlace } from './edit.ts'
import type { RecipeStage } from './recipe.ts'

/**
 * The edit that gives one tensor (embed_tokens, the final norm, lm_head) a value of its own at the recipe level: in the lane that has
 * its whole name as filter, else in a new one before all others.
 */
export function tensorEdit(stage: RecipeStage, parameter: string, name: string, value: number): Edit {
  const at: ParameterPlace = { stage: stage.name, parameter }
  const lane = stage.parameters.get(parameter)?.findIndex(({ filter }) => filter === name) ?? -1
  return lane < 0
    ? { kind: 'add-lane', at, lane: { filter: name, value }, before: 0 }
    : { kind: 'set-gradient', at, lane, value }
}
