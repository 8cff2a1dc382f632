import { expect, test } from 'vitest'
import { SETTINGS } from '../../test/support/settings.ts'
import { MODELS, readable, twoStages } from '../../test/support/two-stages.ts'
import type { Dialect } from '../recipe/dialect.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { planMerge } from './plan-merge.ts'
import { makeRetimer } from './retime.ts'

/** Its final stage has a gradient with a filter. */
const recipeOf = (first: string, dialect?: Dialect): Recipe =>
  twoStages(first, dialect, '[{filter: mlp, value: [0.2, 0.6]}, {value: 0.5}]')

test('a retimed plan has the jobs of a plan made anew, whatever t was and becomes', () => {
  const values = ['[0.25, 0.3, 0.5]', '[0, 1]', '0', '1', '0.5', '[{filter: lm_head, value: 0.1}, {value: [1, 0, 1]}]']
  for (const before of values) {
    for (const after of values) {
      const retime = makeRetimer(recipeOf(before), MODELS, SETTINGS, 'one')
      const retimed = retime(planMerge(recipeOf(before), MODELS, SETTINGS), recipeOf(after))
      expect(retimed.jobs, `${before} to ${after}`).toEqual(planMerge(recipeOf(after), MODELS, SETTINGS).jobs)
    }
  }
})

test('in every dialect a retimed plan has the t of a plan made anew', () => {
  for (const dialect of ['mergekit-2023', 'mergekit-layer-gradient', 'blockmerge-gradient', 'mlx'] as const) {
    const [before, after] = [recipeOf('[0.2, 0.4]', dialect), recipeOf('[0.3, 0.9, 0.1]', dialect)]
    const retimed = makeRetimer(before, MODELS, SETTINGS, 'one')(planMerge(before, MODELS, SETTINGS), after)
    expect(retimed.jobs, dialect).toEqual(planMerge(after, MODELS, SETTINGS).jobs)
  }
})

test('the final stage, which has no name, is retimed as well', () => {
  const changed = readable(recipeOf('0.5').text.replace('[0.2, 0.6]', '[0.7, 0.1]'))
  const retimed = makeRetimer(
    recipeOf('0.5'),
    MODELS,
    SETTINGS,
    null,
  )(planMerge(recipeOf('0.5'), MODELS, SETTINGS), changed)
  expect(retimed.jobs).toEqual(planMerge(changed, MODELS, SETTINGS).jobs)
})
