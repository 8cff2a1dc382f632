import { describe, expect, test } from 'vitest'
import { parseRecipe } from './index.ts'

const SLERP = 'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.5}\n'

function stageOf(more: string) {
  const { recipe, problems } = parseRecipe(SLERP + more)
  expect(problems).toEqual([])
  return recipe?.stages[0]
}

test.each([
  ['union', 'union'],
  ['base', 'base'],
  ['b', { model: 'b' }],
  ['model:b', { model: 'b' }],
])('tokenizer_source: %s', (text, source) => {
  const vocabulary = stageOf(`tokenizer_source: "${text}"\n`)?.vocabulary
  expect(vocabulary).toEqual({ source, tokens: new Map(), padToMultiple: null, line: 5 })
})

test('a document without either keeps the common rows', () => {
  expect(stageOf('')).not.toHaveProperty('vocabulary')
})

test('the tokenizer mapping with every kind of token source', () => {
  const vocabulary = stageOf(`tokenizer:
  source: base
  pad_to_multiple_of: 64
  tokens:
    <|im_start|>: {source: b}
    <|im_end|>:
      source: {model: {path: b}}
      force: true
    renamed: {source: {kind: model_token, model: b, token: "<|original|>"}}
    numbered: {source: {kind: model_token, model: b, token_id: 7}}
    empty: {source: {kind: zero}}
`)?.vocabulary
  expect(vocabulary).toMatchObject({ source: 'base', padToMultiple: 64 })
  expect(Object.fromEntries(vocabulary?.tokens ?? [])).toMatchObject({
    '<|im_start|>': { source: { kind: 'model', model: 'b', token: null }, force: false },
    '<|im_end|>': { source: { kind: 'model', model: 'b', token: null }, force: true },
    renamed: { source: { kind: 'model', model: 'b', token: '<|original|>' } },
    numbered: { source: { kind: 'model', model: 'b', token: 7 } },
    empty: { source: { kind: 'zero' } },
  })
})

test('a tokenizer mapping without a source is a union, as its documentation says', () => {
  expect(stageOf('tokenizer: {pad_to_multiple_of: 8}\n')?.vocabulary).toMatchObject({
    source: 'union',
    padToMultiple: 8,
  })
})

test('the chat template is kept as written', () => {
  expect(stageOf('chat_template: chatml\n')?.chatTemplate).toBe('chatml')
  expect(stageOf('chat_template: "{{ messages }}"\n')?.chatTemplate).toBe('{{ messages }}')
})

describe('what cannot be followed is an error by its line', () => {
  test.each([
    ['tokenizer_source: union\ntokenizer: {source: base}\n', /both tokenizer and tokenizer_source/],
    ['tokenizer: union\n', /tokenizer is "union", expected a mapping/],
    ['tokenizer: {sources: base}\n', /The key "sources" is unknown in tokenizer: did you mean source\?/],
    ['tokenizer: {pad_to_multiple_of: 0}\n', /pad_to_multiple_of is 0, expected a whole number from 1/],
    ['tokenizer: {pad_to_multiple_of: 1.5}\n', /pad_to_multiple_of is 1\.5/],
    ['tokenizer: {tokens: [x]}\n', /tokens is a list of 1/],
    ['tokenizer: {tokens: {x: b}}\n', /The token "x" is "b", expected a mapping with source/],
    ['tokenizer: {tokens: {x: {force: true}}}\n', /"x" has no source/],
    ['tokenizer: {tokens: {x: {source: {kind: mean}}}}\n', /is "mean", expected model_token or zero/],
    [
      'tokenizer: {tokens: {x: {source: {kind: model_token, model: b}}}}\n',
      /needs model and one of token and token_id/,
    ],
  ])('%s', (more, message) => {
    const { recipe, problems } = parseRecipe(SLERP + more)
    expect(recipe).toBeNull()
    expect(problems[0]?.message).toMatch(message)
    expect(problems[0]?.line).toBeGreaterThan(4)
  })
})
