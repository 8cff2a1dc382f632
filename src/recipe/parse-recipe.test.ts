import { describe, expect, test } from 'vitest'
import { accept, found, slerp, stageOf, t } from './recipe-text.ts'

describe('shapes of recipes in the wild', () => {
  test('slices and models with the same meaning give the same sources', () => {
    const slices = `
slices:
  - sources:
      - model: a
        layer_range: [0, 32]
      - model: b
        layer_range: [0, 32]
merge_method: slerp
base_model: a
parameters:
  t: 0.5
`
    const [slice] = stageOf(slices).slices
    expect(slice?.sources.map(({ model, layerRange }) => [model, layerRange])).toEqual([
      ['a', [0, 32]],
      ['b', [0, 32]],
    ])
    expect(stageOf(slices).wholeModels).toBe(false)
    expect(stageOf(slerp('0.5')).wholeModels).toBe(true)
    expect(stageOf(slerp('0.5')).slices[0]?.sources.map(({ model, layerRange }) => [model, layerRange])).toEqual([
      ['a', null],
      ['b', null],
    ])
  })

  test('a base model missing from models is added after them', () => {
    const stage = stageOf('merge_method: slerp\nbase_model: b\nmodels:\n  - model: a\nparameters: {t: 0.1}\n')
    expect(stage.slices[0]?.sources.map(({ model, line }) => [model, line])).toEqual([
      ['a', 4],
      ['b', 2],
    ])
  })

  test('a base model listed second stays second', () => {
    const recipe = accept(
      'merge_method: slerp\nbase_model: b\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.1}\n',
    )
    expect(recipe.stages[0]?.slices[0]?.sources.map(({ model }) => model)).toEqual(['a', 'b'])
    expect(recipe.models).toEqual(['b', 'a'])
  })

  test('filters with gradients, a default, comments and trailing spaces', () => {
    const text = slerp(
      '\n    - filter: self_attn   \n      value: [0, 0.5, 1] # up\n    - filter: mlp\n      value: [1, 0]\n    - value: 0.5 # the rest\n',
    )
    expect(t(text)).toEqual([
      ['self_attn', [0, 0.5, 1]],
      ['mlp', [1, 0]],
      [null, 0.5],
    ])
    expect(found(text)).toEqual([])
    expect(
      stageOf(text)
        .parameters.get('t')
        ?.map(({ line }) => line),
    ).toEqual([8, 10, 12])
  })

  test.each([
    ['a number', '0.5', [[null, 0.5]]],
    ['a whole number', '1', [[null, 1]]],
    ['a list of one', '[0.5]', [[null, [0.5]]]],
    ['ten points', '[0,.1,.2,.3,.4,.5,.6,.7,.8,.9]', [[null, [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]]]],
    ['a block list', '\n  - 0.1\n  - 0.2', [[null, [0.1, 0.2]]]],
    ['a list of one entry without filter', '[{value: 0.5}]', [[null, 0.5]]],
    [
      'the dumper’s sorted keys',
      '\n  - filter: mlp\n    value:\n    - 0.1\n    - 0.9\n  - value: 1.0',
      [
        ['mlp', [0.1, 0.9]],
        [null, 1],
      ],
    ],
    ['an empty filter', '\n  - filter:\n    value: 1.0e-05', [[null, 1e-5]]],
    ['digits in groups', '0.000_1', [[null, 0.0001]]],
  ])('t as %s', (_, text, expected) => {
    expect(t(slerp(text))).toEqual(expected)
    expect(found(slerp(text))).toEqual([])
  })

  test('weights and normalize are found where they stand', () => {
    const stage = stageOf(
      'merge_method: linear\nmodels:\n  - model: a\n    parameters: {weight: [0.2, 0.8]}\n  - model: b\nparameters: {weight: 1, normalize: no}\ndtype: float32\nout_dtype: torch.bfloat16\n',
    )
    expect(stage.slices[0]?.sources.map(({ parameters }) => parameters.get('weight')?.[0]?.value)).toEqual([
      [0.2, 0.8],
      undefined,
    ])
    expect(stage.parameters.get('normalize')?.[0]?.value).toBe(0)
    expect([stage.dtype, stage.outDtype]).toEqual(['F32', 'BF16'])
  })

  test('a byte order mark, CRLF, comments and a leading --- change nothing but the text', () => {
    const plain = slerp('[0.1, 0.2]', 'dtype: float16\n')
    for (const text of [
      `\ufeff${plain}`,
      plain.replaceAll('\n', '\r\n'),
      `# mine\n---\n${plain}...\n`,
      `\ufeff---\n${plain}---\n`,
    ]) {
      const recipe = accept(text)
      expect(recipe.text).toBe(text)
      expect(recipe.models).toEqual(['a', 'b'])
      expect(t(text)).toEqual([[null, [0.1, 0.2]]])
      expect(found(text)).toEqual([])
    }
  })

  test('JSON is YAML', () => {
    expect(
      t('{"merge_method":"slerp","base_model":"a","models":[{"model":"a"},{"model":"b"}],"parameters":{"t":0.5}}'),
    ).toEqual([[null, 0.5]])
  })

  test('anchors, aliases and merge keys are followed', () => {
    const text = `
slices:
  - sources:
      - &a {model: a, layer_range: [0, 2]}
      - &b
        model: b
        layer_range: [0, 2]
    parameters: &p {t: 0.3}
  - sources:
      - *a
      - <<: *b
        layer_range: [1, 3]
    parameters: *p
merge_method: slerp
base_model: a
`
    const second = stageOf(text).slices[1]
    expect(second?.sources.map(({ model, layerRange }) => [model, layerRange])).toEqual([
      ['a', [0, 2]],
      ['b', [1, 3]],
    ])
    expect(second?.parameters.get('t')?.[0]?.value).toBe(0.3)
  })

  test.each([
    ['a hub id', 'org/a-7B', 'org/a-7B'],
    ['a path with spaces', './my models/a', './my models/a'],
    ['a Windows path', 'C:\\models\\a', 'C:\\models\\a'],
    ['a Windows path in single quotes', "'D:\\new\\a'", 'D:\\new\\a'],
    ['a mapping with path', '{path: org/a}', 'org/a'],
    [
      'the dumper’s mapping',
      '{model: {path: org/a, revision: null}, lora: null, override_architecture: null}',
      'org/a',
    ],
  ])('a model as %s', (_, written, name) => {
    const stage = stageOf(`merge_method: passthrough\nmodels:\n  - model: ${written}\n`)
    expect(stage.slices[0]?.sources[0]?.model).toBe(name)
  })

  test('a revision is kept as written, with a warning', () => {
    const text = 'merge_method: passthrough\nmodels:\n  - model: {model: {path: org/a, revision: v2}}\n'
    expect(accept(text).models).toEqual(['org/a@v2'])
    expect(found(text)[0]).toBe(
      '3 warning: model names the revision "v2", which is not checked: the folder that you open is used.',
    )
  })

  test('a slice may have a base model of its own', () => {
    const text = `
merge_method: slerp
slices:
  - base_model: b
    sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 2]}]
    parameters: {t: 0.5}
`
    expect(stageOf(text).slices[0]?.baseModel).toBe('b')
    expect(stageOf(text).baseModel).toBeNull()
  })
})
