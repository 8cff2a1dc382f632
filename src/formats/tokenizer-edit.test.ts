import { expect, test } from 'vitest'
import { editTokenizerFile, type TokenizerEdit } from './tokenizer-edit.ts'

const EDIT: TokenizerEdit = {
  rows: 6,
  added: [
    { content: 'new', id: 4, kind: 'base' },
    { content: '<|b|>', id: 5, kind: 'special' },
  ],
  dropped: [],
  chatTemplate: null,
}

function edited(name: string, json: object, edit: Partial<TokenizerEdit> = {}) {
  const bytes = new TextEncoder().encode(JSON.stringify(json))
  return JSON.parse(editTokenizerFile(name, bytes, { ...EDIT, ...edit })) as Record<string, never>
}

const END = { id: 3, content: '<|a|>', special: true }

test('every added token stands in the vocabulary too, since loaders number the others anew', () => {
  const { model, added_tokens } = edited('tokenizer.json', {
    added_tokens: [END],
    model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'] },
  }) as unknown as { model: object; added_tokens: { id: number; content: string }[] }
  expect(model).toEqual({ type: 'BPE', vocab: { a: 0, b: 1, ab: 2, '<|a|>': 3, new: 4, '<|b|>': 5 }, merges: ['a b'] })
  expect(added_tokens.map(({ id, content }) => [id, content])).toEqual([
    [3, '<|a|>'],
    [5, '<|b|>'],
  ])
})

test('pieces are numbered by place, and new ones score below all others', () => {
  const { model } = edited('tokenizer.json', {
    added_tokens: [END],
    model: {
      type: 'Unigram',
      unk_id: 0,
      vocab: [
        ['<unk>', 0],
        ['a', -1.5],
        ['b', -3],
      ],
    },
  }) as unknown as { model: { vocab: unknown } }
  expect(model.vocab).toEqual([
    ['<unk>', 0],
    ['a', -1.5],
    ['b', -3],
    ['<|a|>', -13],
    ['new', -13],
  ])
})

test('a token without a row goes from the vocabulary, the list, and its roles', () => {
  const gone = { added: [], rows: 3, dropped: ['<|a|>'] }
  const tokenizer = { added_tokens: [END], model: { vocab: { a: 0, b: 1, ab: 2, '<|a|>': 3 } } }
  expect(edited('tokenizer.json', tokenizer, gone)).toEqual({
    added_tokens: [],
    model: { vocab: { a: 0, b: 1, ab: 2 } },
  })
  const config = {
    pad_token: '<|a|>',
    eos_token: 'b',
    added_tokens_decoder: { '1': { content: 'b' }, '3': { content: '<|a|>' } },
  }
  expect(edited('tokenizer_config.json', config, gone)).toEqual({
    eos_token: 'b',
    added_tokens_decoder: { '1': { content: 'b' } },
  })
  expect(edited('special_tokens_map.json', { pad_token: { content: '<|a|>' } }, gone)).toEqual({})
  expect(edited('added_tokens.json', { '<|a|>': 3, b: 1 }, gone)).toEqual({ b: 1 })
  expect(edited('generation_config.json', { pad_token_id: 3, eos_token_id: [1, 3], top_k: 50 }, gone)).toEqual({
    pad_token_id: null,
    eos_token_id: [1],
    top_k: 50,
  })
})
