import { parseRecipe } from './parse-recipe.ts'
import type { Recipe, RecipeStage } from './recipe.ts'

/** For the tests of this folder only: recipe texts, and what became of them. */

export function accept(text: string): Recipe {
  const { recipe, problems } = parseRecipe(text)
  if (recipe === null) throw new Error(problems.map((problem) => `${problem.line}: ${problem.message}`).join('\n'))
  return recipe
}

export function stageOf(text: string): RecipeStage {
  const stage = accept(text).stages.at(-1)
  if (stage === undefined) throw new Error('no stage')
  return stage
}

/** `line severity message` of every problem. */
export function found(text: string): string[] {
  return parseRecipe(text).problems.map(({ line, severity, message }) => `${line} ${severity}: ${message}`)
}

export function slerp(t: string, rest = ''): string {
  return `merge_method: slerp\nbase_model: a\nmodels:\n  - model: a\n  - model: b\nparameters:\n  t: ${t}\n${rest}`
}

export function t(text: string) {
  return stageOf(text)
    .parameters.get('t')
    ?.map(({ filter, value }) => [filter, value])
}
