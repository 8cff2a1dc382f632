import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Recipe } from '../recipe/recipe.ts'
import type { Plan } from './plan.ts'
import type { PlanSettings } from './settings.ts'

/**
 * Makes the plan of a merge: pure and instant.
 * @param checkpoints opened checkpoints by the name the recipe uses for them
 */
export function planMerge(recipe: Recipe, checkpoints: ReadonlyMap<string, Checkpoint>, settings: PlanSettings): Plan {
  void recipe
  void checkpoints
  void settings
  throw new Error('not built yet')
}
