import { TOY_7B } from '../../e2e/llama-shapes.ts'
import { parseRecipe } from '../../src/recipe/parse-recipe.ts'
import type { Recipe } from '../../src/recipe/recipe.ts'
import { checkpointOf } from './llama-checkpoint.ts'

/** The models of the recipe below, by name: headers alone. */
export const MODELS = new Map(['a', 'b', 'c'].map((name) => [name, checkpointOf(name, { ...TOY_7B, layers: 6 })]))

/**
 * A recipe of two SLERP stages, of which the first is named "one".
 *
 * @param first t of the first stage, as a recipe writes it
 * @param last t of the final one
 */
export function twoStages(first: string, dialect = 'mergekit', last = '0.5'): Recipe {
  return readable(`# slerp-studio: dialect = ${dialect}
name: one
merge_method: slerp
base_model: a
models: [{model: a}, {model: b}]
parameters: {t: ${first}}
dtype: float16
---
merge_method: slerp
base_model: one
models: [{model: one}, {model: c}]
parameters: {t: ${last}}
dtype: bfloat16
`)
}

/** @throws Error where a recipe has an error */
export function readable(text: string): Recipe {
  const { recipe, problems } = parseRecipe(text)
  if (recipe === null) throw new Error(problems.map(({ message }) => message).join(' '))
  return recipe
}
