import { expect, test } from 'vitest'
import { TOY_7B } from '../../e2e/llama-shapes.ts'
import { checkpointOf } from '../../test/support/llama-checkpoint.ts'
import type { Dialect } from '../recipe/dialect.ts'
import { parseRecipe } from '../recipe/parse-recipe.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { planMerge } from './plan-merge.ts'
import { makeRetimer } from './retime.ts'

const SETTINGS = { dtype: null, shardBytes: null, memoryBudget: 2 ** 30 }

function recipeOf(first: string, dialect: Dialect = 'mergekit'): Recipe {
  const { recipe, problems } = parseRecipe(`# slerp-studio: dialect = ${dialect}
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
parameters: {t: [{filter: mlp, value: [0.2, 0.6]}, {value: 0.5}]}
dtype: bfloat16
`)
  if (recipe === null) throw new Error(problems.map(({ message }) => message).join(' '))
  return recipe
}

const checkpoints = new Map(['a', 'b', 'c'].map((name) => [name, checkpointOf(name, { ...TOY_7B, layers: 6 })]))

test('a retimed plan has the jobs of a plan made anew, whatever t was and becomes', () => {
  const values = ['[0.25, 0.3, 0.5]', '[0, 1]', '0', '1', '0.5', '[{filter: lm_head, value: 0.1}, {value: [1, 0, 1]}]']
  for (const before of values) {
    for (const after of values) {
      const retime = makeRetimer(recipeOf(before), checkpoints, SETTINGS, 'one')
      const retimed = retime(planMerge(recipeOf(before), checkpoints, SETTINGS), recipeOf(after))
      expect(retimed.jobs, `${before} to ${after}`).toEqual(planMerge(recipeOf(after), checkpoints, SETTINGS).jobs)
    }
  }
})

test('in every dialect a retimed plan has the t of a plan made anew', () => {
  for (const dialect of ['mergekit-2023', 'mergekit-layer-gradient', 'blockmerge-gradient', 'mlx'] as const) {
    const [before, after] = [recipeOf('[0.2, 0.4]', dialect), recipeOf('[0.3, 0.9, 0.1]', dialect)]
    const retimed = makeRetimer(before, checkpoints, SETTINGS, 'one')(planMerge(before, checkpoints, SETTINGS), after)
    expect(retimed.jobs, dialect).toEqual(planMerge(after, checkpoints, SETTINGS).jobs)
  }
})

test('the final stage, which has no name, is retimed as well', () => {
  const text = recipeOf('0.5').text
  const changed = parseRecipe(text.replace('[0.2, 0.6]', '[0.7, 0.1]')).recipe
  if (changed === null) throw new Error('the recipe is readable')
  const retimed = makeRetimer(
    recipeOf('0.5'),
    checkpoints,
    SETTINGS,
    null,
  )(planMerge(recipeOf('0.5'), checkpoints, SETTINGS), changed)
  expect(retimed.jobs).toEqual(planMerge(changed, checkpoints, SETTINGS).jobs)
})
