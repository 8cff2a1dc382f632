import { describe, expect, test } from 'vitest'
import { accept, found, slerp, stageOf, t } from './recipe-text.ts'

describe('what is accepted with a warning', () => {
  test.each([
    [
      'a number that PyYAML reads as text',
      slerp('1e-9'),
      '7 warning: t is 1e-9, read as the number 1e-9, but mergekit takes it for text',
    ],
    ['a number in quotes', slerp('"0.5"'), '7 warning: t is "0.5", read as the number 0.5'],
    [
      'a key given twice',
      slerp('0.5', 'dtype: float16\ndtype: bfloat16\n'),
      '9 warning: The key dtype appears twice here (first in line 8)',
    ],
    ['t above 1', slerp('[0.5,\n    1.2]'), '8 warning: t is 1.2, outside 0 to 1'],
    ['t below 0', slerp('-0.1'), '7 warning: t is -0.1, outside 0 to 1'],
    [
      'a filter behind a catch-all',
      slerp('\n    - value: 1\n    - filter: mlp\n      value: 0'),
      '9 warning: The entry of t for "mlp" is never used, because the one in line 8 matches every tensor',
    ],
    [
      'a filter behind a shorter one',
      slerp('\n    - {filter: attn, value: 1}\n    - {filter: self_attn.q, value: 0}'),
      '9 warning: The entry of t for "self_attn.q" is never used',
    ],
    [
      'a filter that ends in a space',
      slerp('[{filter: "mlp ", value: 1}]'),
      '7 warning: The filter "mlp " of t has spaces',
    ],
    ['weight on slerp', slerp('0.5', '  weight: 3\n'), '8 warning: weight is ignored by slerp'],
    ['normalize on slerp', slerp('0.5', '  normalize: true\n'), '8 warning: normalize is ignored by slerp'],
    ['int8_mask', slerp('0.5', '  int8_mask: true\n'), '8 warning: int8_mask is ignored'],
    ['t beside parameters', slerp('0.5', 't: 0.1\n'), '8 warning: t is ignored here'],
    [
      't of one model',
      'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b, parameters: {t: 1}}]\nparameters: {t: 0}\n',
      '3 warning: t is ignored among the parameters of one model',
    ],
    [
      'weight beside model',
      'merge_method: passthrough\nmodels:\n  - model: a\n    weight: 1\n',
      '4 warning: weight is ignored here, as by mergekit: it belongs under parameters.',
    ],
    [
      'layer_range under models',
      'merge_method: passthrough\nmodels:\n  - model: a\n    layer_range: [0, 4]\n',
      '4 warning: layer_range is ignored under models, as by mergekit, and all layers are merged',
    ],
    [
      'merge_method in a slice',
      'merge_method: passthrough\nslices:\n  - sources: [{model: a, layer_range: [0, 4]}]\n    merge_method: slerp\n',
      '4 warning: merge_method is ignored inside a slice',
    ],
  ])('%s', (_, text, message) => {
    accept(text)
    expect(found(text)).toHaveLength(1)
    expect(found(text)[0]).toContain(message)
  })

  test('the last of two equal keys counts', () => {
    expect(t(slerp('0.5', '  t: 0.25\n'))).toEqual([[null, 0.25]])
  })

  test('a t of one model is not among its parameters', () => {
    const stage = stageOf(
      'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b, parameters: {t: 1}}]\nparameters: {t: 0}\n',
    )
    expect(stage.slices[0]?.sources[1]?.parameters.size).toBe(0)
  })
})
