import { expect, test } from 'vitest'
import { applyEdit } from './apply-edit.ts'
import type { Edit } from './edit.ts'

function edited(text: string, edit: Edit): string {
  const result = applyEdit(text, edit)
  return 'problem' in result ? `refused: ${result.problem}` : result.text
}

const TIES = `merge_method: ties
base_model: o
models:
  - model: a
    parameters:
      weight: 0.3
  - model: b # the second
    parameters:
      weight: 0.7
dtype: bfloat16
`

test('a model is added last, with a weight', () => {
  expect(edited(TIES, { kind: 'add-source', stage: null, model: 'org/c' })).toBe(
    TIES.replace('dtype:', '  - model: org/c\n    parameters:\n      weight: 0.5\ndtype:'),
  )
})

test('a list in one line takes one too, and what stands for all models is not said again', () => {
  const text = 'merge_method: linear\nmodels: [{model: a}, {model: b}]\nparameters: {weight: 1}\n'
  expect(edited(text, { kind: 'add-source', stage: null, model: 'c' })).toBe(
    'merge_method: linear\nmodels: [{model: a}, {model: b}, {model: c}]\nparameters: {weight: 1}\n',
  )
})

test('a model is taken out with its parameters', () => {
  expect(edited(TIES, { kind: 'remove-source', stage: null, model: 'a' })).toBe(
    TIES.replace('  - model: a\n    parameters:\n      weight: 0.3\n', ''),
  )
})

test('what cannot be taken out or added is said', () => {
  expect(edited(TIES, { kind: 'add-source', stage: null, model: 'b' })).toBe('refused: The stage has "b" already.')
  expect(edited(TIES, { kind: 'remove-source', stage: null, model: 'x' })).toBe('refused: The stage does not list "x".')
  const slices = 'merge_method: passthrough\nslices:\n- sources:\n  - {model: a, layer_range: [0, 1]}\n'
  expect(edited(slices, { kind: 'add-source', stage: null, model: 'x' })).toContain('change its models in the text')
  const stock = 'merge_method: model_stock\nbase_model: o\nmodels: [{model: a}, {model: b}]\n'
  expect(edited(stock, { kind: 'remove-source', stage: null, model: 'a' })).toContain('expected at least two')
})

test('a base is chosen, added behind the method, and taken out', () => {
  const other = TIES.replace('base_model: o', 'base_model: a')
  expect(edited(TIES, { kind: 'set-base', stage: null, model: 'a' })).toBe(other)
  const text = 'merge_method: multislerp\nmodels: [{model: a}, {model: b}]\nparameters: {weight: 1}\n'
  const based = edited(text, { kind: 'set-base', stage: null, model: 'o' })
  expect(based).toBe(text.replace('models:', 'base_model: o\nmodels:'))
  expect(edited(based, { kind: 'set-base', stage: null, model: null })).toBe(text)
})
