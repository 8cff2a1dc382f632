import { describe, expect, test } from 'vitest'
import { applyEdit } from './apply-edit.ts'
import { METHOD_FACTS } from './method-facts.ts'
import { parseRecipe } from './parse-recipe.ts'
import { METHODS, type Method } from './recipe.ts'

function changed(text: string, method: Method, stage: string | null = null): string {
  const edited = applyEdit(text, { kind: 'set-method', stage, method })
  if ('problem' in edited) throw new Error(edited.problem)
  return edited.text
}

const SLERP = `# mine
merge_method: slerp
base_model: a
models:
  - model: a
  - model: b   # the other
parameters:
  t: [0, 1]
dtype: bfloat16
`

test('a slerp becomes a weighted average with even weights, and its comments stay', () => {
  expect(changed(SLERP, 'linear')).toBe(`# mine
merge_method: linear
base_model: a
models:
  - model: a
    parameters:
      weight: 0.5
  - model: b   # the other
    parameters:
      weight: 0.5
dtype: bfloat16
`)
})

test('NuSLERP of two models has no base', () => {
  const text = changed(SLERP, 'nuslerp')
  expect(text).not.toContain('base_model')
  expect(parseRecipe(text).recipe?.stages[0]?.slices[0]?.sources).toHaveLength(2)
})

test('a method over a base takes the first model where none is named', () => {
  const linear =
    'merge_method: linear\nmodels:\n- model: a\n  parameters: {weight: 1}\n- model: b\n  parameters: {weight: 2}\n'
  const text = changed(linear, 'ties')
  expect(text).toContain('base_model: a\n')
  expect(text).toContain('parameters: {weight: 2}')
  expect(parseRecipe(text).problems.filter(({ severity }) => severity === 'error')).toEqual([])
})

test('going back asks for t again', () => {
  const back = changed(changed(SLERP, 'task_arithmetic'), 'slerp')
  expect(parseRecipe(back).recipe?.stages[0]?.parameters.get('t')?.[0]?.value).toBe(0.5)
  expect(back).not.toContain('weight')
})

test('what a method still reads keeps its gradient and its filters', () => {
  const text = `merge_method: ties
base_model: o
models:
  - model: a
    parameters:
      weight: [0.1, 0.9]
      density:
        - filter: mlp
          value: 0.3
        - value: 0.6
  - model: b
    parameters: {weight: 0.5, density: 0.4}
parameters: {normalize: false, lambda: 0.7}
`
  const dare = parseRecipe(changed(text, 'dare_ties')).recipe?.stages[0]
  expect(dare?.slices[0]?.sources[0]?.parameters.get('density')).toHaveLength(2)
  expect(dare?.parameters.get('lambda')?.[0]?.value).toBe(0.7)
  const stock = changed(text, 'model_stock')
  expect(stock).not.toMatch(/weight|density|lambda/)
})

test('slices keep their layers', () => {
  const text = `merge_method: slerp
base_model: a
slices:
  - sources:
      - {model: a, layer_range: [0, 2]}
      - {model: b, layer_range: [0, 2]}
    parameters: {t: 0.2}
  - sources:
      - {model: a, layer_range: [2, 4]}
      - {model: b, layer_range: [2, 4]}
parameters: {t: 0.7}
`
  const stage = parseRecipe(changed(text, 'linear')).recipe?.stages[0]
  expect(
    stage?.slices.map(({ sources }) => sources.map(({ parameters }) => parameters.get('weight')?.[0]?.value)),
  ).toEqual([
    [0.5, 0.5],
    [0.5, 0.5],
  ])
})

test('a number of models that the method cannot take is said, and the text stays', () => {
  const three = 'merge_method: karcher\nmodels: [{model: a}, {model: b}, {model: c}]\n'
  const edited = applyEdit(three, { kind: 'set-method', stage: null, method: 'slerp' })
  expect('problem' in edited && edited.problem).toContain('3 models, expected exactly two')
})

describe('every method of two models', () => {
  const others = METHODS.filter(
    (method) => METHOD_FACTS[method].models[1] >= 2 || METHOD_FACTS[method].base === 'required',
  )
  test.each(others.filter((method) => method !== 'model_stock'))('a slerp becomes %s', (method) => {
    const { recipe, problems } = parseRecipe(changed(SLERP, method))
    expect(problems).toEqual([])
    expect(recipe?.stages[0]?.method).toBe(method)
  })
})
