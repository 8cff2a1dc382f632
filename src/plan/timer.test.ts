import { expect, test } from 'vitest'
import { SETTINGS } from '../../test/support/settings.ts'
import { MODELS, readable, twoStages } from '../../test/support/two-stages.ts'
import { DIALECTS } from '../recipe/dialect.ts'
import { planMerge } from './plan-merge.ts'
import { makeTimer } from './timer.ts'

test('in every dialect the t read for each tensor is that of a plan made anew', () => {
  const [before, after] = [
    '[{filter: mlp, value: [0.2, 0.4]}, {value: 0.3}]',
    '[{filter: mlp, value: [0.9, 0.1, 0.6]}, {value: 0.7}]',
  ]
  for (const dialect of DIALECTS) {
    const { jobs } = planMerge(twoStages(before, dialect), MODELS, SETTINGS)
    const timer = makeTimer(jobs, twoStages(before, dialect), MODELS, SETTINGS, 'one')
    const times = new Float64Array(jobs.length)
    timer?.read(twoStages(after, dialect), times)
    const anew = planMerge(twoStages(after, dialect), MODELS, SETTINGS).jobs
    const planned = anew.map(({ stages }) => stages.find(({ label }) => label === timer?.label)?.rule)
    expect(planned.some((rule) => rule?.method === 'slerp')).toBe(true)
    for (const [job, rule] of planned.entries())
      if (rule?.method === 'slerp') expect(times[job], `${anew[job]?.name} in ${dialect}`).toBe(rule.t)
      else expect([0, 1], `${anew[job]?.name} in ${dialect} is a copy`).toContain(times[job])
  }
})

test('of a stage that is no slerp no t is read', () => {
  const text = twoStages('0.5', 'mergekit').text.replace('merge_method: slerp', 'merge_method: linear')
  const recipe = readable(text.replace('parameters: {t: 0.5}', 'parameters: {weight: 0.5}'))
  const { jobs } = planMerge(recipe, MODELS, SETTINGS)
  expect(makeTimer(jobs, recipe, MODELS, SETTINGS, 'one')).toBeNull()
})
