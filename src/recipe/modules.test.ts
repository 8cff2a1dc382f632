import { describe, expect, test } from 'vitest'
import { describeStage } from './describe.ts'
import { exportForMergekit } from './export.ts'
import { parseRecipe } from './parse-recipe.ts'
import { accept, edited } from './recipe-text.ts'

const TEXT = `merge_method: slerp
base_model: a
modules:
  text_decoder:
    slices:
      - sources:
          - {model: a, layer_range: [0, 2]}
          - {model: b, layer_range: [0, 2]}
        parameters: {t: [{filter: mlp, value: 0.9}]}
    parameters:
      t: 0.3 # of the text model
  vision_tower:
    models: [{model: a}, {model: c}]
    parameters: {t: [0, 1]}
  multi_modal_projector:
    models: [{model: c}]
parameters: {t: 0.5}
`

describe('a recipe with modules', () => {
  test('has the text model’s slices as its own, and the other parts beside them', () => {
    const recipe = accept(TEXT)
    const [stage] = recipe.stages
    expect(recipe.models).toEqual(['a', 'b', 'c'])
    expect(stage?.slices.map(({ sources }) => sources.map(({ model }) => model))).toEqual([['a', 'b']])
    expect(stage?.wholeModels).toBe(false)
    const found = stage?.modules?.map(({ name, slices }) => [name, slices[0]?.sources.map(({ model }) => model)])
    expect(found, 'a base model that is not listed is added, as everywhere').toEqual([
      ['vision_tower', ['a', 'c']],
      ['multi_modal_projector', ['c', 'a']],
    ])
  })

  test('looks a parameter up in the slice, then in the module, then in the document', () => {
    const [stage] = accept(TEXT).stages
    const values = stage?.slices[0]?.parameters.get('t')?.map(({ filter, value }) => [filter, value])
    expect(values).toEqual([
      ['mlp', 0.9],
      [null, 0.3],
    ])
    expect(stage?.modules?.[0]?.slices[0]?.parameters.get('t')?.[0]?.value).toEqual([0, 1])
    expect(stage?.modules?.[1]?.slices[0]?.parameters.get('t')).toBeUndefined()
  })

  test('is described part by part, and goes to mergekit as it is', () => {
    const [stage] = accept(TEXT).stages
    expect(stage && describeStage(stage)).toMatch(/; vision_tower: SLERP of a .*; multi_modal_projector: SLERP of a /)
    expect(exportForMergekit(TEXT)).toEqual({ text: TEXT, notes: [] })
    expect(exportForMergekit(`# slerp-studio: dialect = mlx\n${TEXT}`)).toEqual({
      problem: expect.stringMatching(/only mergekit of today knows modules/),
    })
  })

  test('is edited in its modules', () => {
    const at = { stage: null, parameter: 't', slice: 0 }
    expect(edited(TEXT, { kind: 'set-gradient', at, lane: 0, value: 0.8 })).toBe(TEXT.replace('0.9', '0.8'))
    expect(edited(TEXT, { kind: 'replace-model', model: 'c', by: 'd' })).toBe(TEXT.replaceAll('model: c', 'model: d'))
    const whole = TEXT.replace(
      /slices:[\s\S]*?\n {4}parameters:\n/,
      'models: [{model: a}, {model: b}]\n    parameters:\n',
    )
    expect(edited(whole, { kind: 'set-gradient', at, lane: 0, value: [0, 1] })).toBe(whole.replace('0.3', '[0, 1]'))
  })
})

test.each([
  ['modules: []', /modules is an empty list, expected a mapping of parts/],
  ['modules: {vision_tower: {models: [{model: a}, {model: b}]}}', /no part for the text model: add text_decoder/],
  [
    'modules: {text_decoder: {models: [{model: a}]}, default: {models: [{model: a}]}}',
    /"text_decoder" and "default", which both mean the text model/,
  ],
  ['modules: {text_decoder: {parameters: {t: 1}}}', /has neither models nor slices/],
  ['modules: {text_decoder: {models: [{model: a}], slices: []}}', /has both models and slices/],
  ['modules: {text_decoder: 3}', /The module "text_decoder" is .*, expected a mapping/],
  ['modules: {text_decoder: {modles: [{model: a}]}}', /did you mean models/],
  ['modules: {text_decoder: {models: [{model: a}], base_model: b}}', /base_model stands in a module/],
  ['modules: {text_decoder: {models: [{model: a}, {model: b}]}}\nmodels: [{model: a}]', /both models and modules/],
  [
    'modules: {text_decoder: {models: [{model: b}]}, vision_tower: {models: [{model: b}, {model: c}]}}',
    /slerp has 3 models, expected exactly two/,
  ],
])('%s is refused by its line', (modules, message) => {
  const { recipe, problems } = parseRecipe(`merge_method: slerp\nbase_model: a\nparameters: {t: 0.5}\n${modules}\n`)
  expect(recipe).toBeNull()
  expect(problems.map((problem) => problem.message).join(' | ')).toMatch(message)
  expect(problems.every(({ line }) => (line ?? 0) >= 4)).toBe(true)
})
