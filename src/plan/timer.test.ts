import { expect, test } from 'vitest'
import { TOY_7B } from '../../e2e/llama-shapes.ts'
import { checkpointOf } from '../../test/support/llama-checkpoint.ts'
import { DIALECTS } from '../recipe/dialect.ts'
import { parseRecipe } from '../recipe/parse-recipe.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { planMerge } from './plan-merge.ts'
import { makeTimer } from './timer.ts'

const SETTINGS = { dtype: null, shardBytes: null, memoryBudget: 2 ** 30 }
const checkpoints = new Map(['a', 'b', 'c'].map((name) => [name, checkpointOf(name, { ...TOY_7B, layers: 6 })]))

function recipeOf(t: string, dialect: string): Recipe {
  const { recipe, problems } = parseRecipe(`# slerp-studio: dialect = ${dialect}
name: one
merge_method: slerp
base_model: a
models: [{model: a}, {model: b}]
parameters: {t: ${t}}
dtype: float16
---
merge_method: slerp
base_model: one
models: [{model: one}, {model: c}]
parameters: {t: 0.5}
dtype: bfloat16
`)
  if (recipe === null) throw new Error(problems.map(({ message }) => message).join(' '))
  return recipe
}

test('in every dialect the t read for each tensor is that of a plan made anew', () => {
  const [before, after] = [
    '[{filter: mlp, value: [0.2, 0.4]}, {value: 0.3}]',
    '[{filter: mlp, value: [0.9, 0.1, 0.6]}, {value: 0.7}]',
  ]
  for (const dialect of DIALECTS) {
    const { jobs } = planMerge(recipeOf(before, dialect), checkpoints, SETTINGS)
    const timer = makeTimer(jobs, recipeOf(before, dialect), checkpoints, SETTINGS, 'one')
    const times = new Float64Array(jobs.length)
    timer?.read(recipeOf(after, dialect), times)
    const anew = planMerge(recipeOf(after, dialect), checkpoints, SETTINGS).jobs
    const planned = anew.map(({ stages }) => stages.find(({ label }) => label === timer?.label)?.rule)
    expect(planned.some((rule) => rule?.method === 'slerp')).toBe(true)
    for (const [job, rule] of planned.entries())
      if (rule?.method === 'slerp') expect(times[job], `${anew[job]?.name} in ${dialect}`).toBe(rule.t)
      else expect([0, 1], `${anew[job]?.name} in ${dialect} is a copy`).toContain(times[job])
  }
})

test('of a stage that is no slerp no t is read', () => {
  const text = recipeOf('0.5', 'mergekit').text.replace('merge_method: slerp', 'merge_method: linear')
  const { recipe } = parseRecipe(text.replace('parameters: {t: 0.5}', 'parameters: {weight: 0.5}'))
  if (recipe === null) throw new Error('the recipe is readable')
  const { jobs } = planMerge(recipe, checkpoints, SETTINGS)
  expect(makeTimer(jobs, recipe, checkpoints, SETTINGS, 'one')).toBeNull()
})
