import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StudioError } from '../problem.ts'
import { readSentencePiece } from './sentencepiece.ts'
import { readVocabulary } from './tokenizer.ts'
import { MAX_TOKEN_ID, quoteToken } from './tokenizer-table.ts'

const FIXTURES = join(import.meta.dirname, '../../test/fixtures')

function file(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(FIXTURES, path)))
}

function sidecars(files: Record<string, object | string | Uint8Array<ArrayBuffer>>): ReadonlyMap<string, Blob> {
  const content = (value: object | string | Uint8Array<ArrayBuffer>) =>
    value instanceof Uint8Array || typeof value === 'string' ? value : JSON.stringify(value)
  return new Map(Object.entries(files).map(([name, value]) => [name, new Blob([content(value)])]))
}

const expected = JSON.parse(readFileSync(join(FIXTURES, 'tokenizers/expected.json'), 'utf8')) as Record<
  string,
  Record<string, number>
>

describe('the ids are those that the tokenizer’s own library gives', () => {
  test.each(['bpe.json', 'unigram.json', 'wordpiece.json', 'wordlevel.json'])('%s', async (name) => {
    const vocabulary = await readVocabulary(sidecars({ 'tokenizer.json': file(`tokenizers/${name}`) }))
    expect(Object.fromEntries(vocabulary?.ids ?? [])).toEqual(expected[name])
    const classOf = (token: string) => vocabulary?.classes.get(vocabulary.ids.get(token) ?? -1)
    expect([classOf('<|end|>'), classOf('merge me')]).toEqual(['special', 'added'])
  })

  test.each(['bpe.model', 'unigram.model'])('%s', async (name) => {
    const vocabulary = await readVocabulary(sidecars({ 'tokenizer.model': file(`tokenizers/${name}`) }))
    expect(Object.fromEntries(vocabulary?.ids ?? [])).toEqual(expected[name])
    expect(vocabulary?.size).toBe(Object.keys(expected[name] ?? {}).length)
    const classOf = (token: string) => vocabulary?.classes.get(vocabulary.ids.get(token) ?? -1)
    expect([classOf('<unk>'), classOf('<s>'), classOf('<|im_start|>')]).toEqual(['special', 'special', 'added'])
    if (name === 'bpe.model') expect(classOf('<0x0A>')).toBe('byte')
  })
})

describe('a tokenizer.json of the corpus', () => {
  const corpus = JSON.parse(readFileSync(join(FIXTURES, 'hostile/corpus.json'), 'utf8')) as {
    entries: {
      id: string
      path: string
      kind: string
      expect: string
      why: string
      must?: string[]
      error_should_mention?: (string | string[])[]
    }[]
  }
  for (const entry of corpus.entries.filter(({ kind }) => kind === 'tokenizer')) {
    test(`${entry.id}: ${entry.why}`, async () => {
      const before = Object.getOwnPropertyNames(Object.prototype)
      const text = readFileSync(join(FIXTURES, 'hostile', entry.path), 'utf8')
      const reading = readVocabulary(sidecars({ 'tokenizer.json': text }))
      if (entry.expect === 'reject') {
        const cause = await reading.then(null, (reason: unknown) => reason)
        expect(cause).toBeInstanceOf(StudioError)
        const message = (cause as StudioError).message.replace('tokenizer.json', basename(entry.path))
        for (const mention of entry.error_should_mention ?? [])
          expect(
            [mention].flat().some((word) => message.includes(word)),
            message,
          ).toBe(true)
        return
      }
      const vocabulary = await reading
      for (const rule of entry.must ?? []) {
        const [key, value] = rule.split('=') as [string, string?]
        if (key === 'vocab_size') expect(vocabulary?.size).toBe(Number(value))
        else if (key.startsWith('id_of:')) expect(vocabulary?.ids.get(key.slice(6))).toBe(Number(value))
        else expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
      }
    })
  }
})

const plain = { model: { type: 'BPE', vocab: { a: 0, b: 1 }, merges: [] } }

describe('a vocabulary that does not tell rows apart is refused by token', () => {
  test.each([
    ['two tokens with one id', { model: { vocab: { a: 0, b: 0 } } }, /"a" and "b" have the same id 0/],
    [
      'an added token on another’s row',
      { ...plain, added_tokens: [{ id: 1, content: '<s>' }] },
      /"<s>" has the id 1 of the token "b"/,
    ],
    ['a token with two rows', { ...plain, added_tokens: [{ id: 5, content: 'a' }] }, /"a" has two ids, 0 and 5/],
    ['an id beyond the cap', { model: { vocab: { a: MAX_TOKEN_ID + 1 } } }, /"a" has the id 16777216/],
    ['an id that is text', { model: { vocab: { a: '0' } } }, /"a" has the id "0"/],
    [
      'a piece without a text',
      {
        model: {
          vocab: [
            ['a', -1],
            [7, -1],
          ],
        },
      },
      /entry 1 of the vocab is a list of 2/,
    ],
    ['no model', {}, /model is nothing/],
    ['added tokens that are no list', { ...plain, added_tokens: 5 }, /added_tokens is 5/],
    ['an added token without a text', { ...plain, added_tokens: [{ id: 9 }] }, /entry 0 of added_tokens has no text/],
  ])('%s', async (_, json, message) => {
    await expect(readVocabulary(sidecars({ 'tokenizer.json': json }))).rejects.toThrow(message)
  })
})

test('tokens of tokenizer_config.json, added_tokens.json and the special tokens count', async () => {
  const vocabulary = await readVocabulary(
    sidecars({
      'vocab.json': { a: 0, b: 1, '</s>': 2 },
      'merges.txt': '#version: 0.2\na b\n',
      'added_tokens.json': { '<pad>': 3 },
      'tokenizer_config.json': {
        eos_token: '</s>',
        pad_token: { content: '<pad>' },
        added_tokens_decoder: { '4': { content: '<|im_end|>', special: true }, '5': { content: 'x', special: false } },
        chat_template: [
          { name: 'tool_use', template: 'T' },
          { name: 'default', template: 'D' },
        ],
      },
    }),
  )
  expect(vocabulary).toMatchObject({ file: 'vocab.json', size: 6, chatTemplate: 'D' })
  expect([...(vocabulary?.classes ?? [])].toSorted()).toEqual([
    [2, 'special'],
    [3, 'special'],
    [4, 'special'],
    [5, 'added'],
  ])
})

test('a template in a file of its own wins over the one in tokenizer_config.json', async () => {
  const files = {
    'tokenizer.json': plain,
    'tokenizer_config.json': { chat_template: 'old' },
    'chat_template.jinja': 'new',
  }
  expect((await readVocabulary(sidecars(files)))?.chatTemplate).toBe('new')
})

test('a folder without tokenizer files has no vocabulary', async () => {
  expect(await readVocabulary(sidecars({ 'README.md': '# x' }))).toBeNull()
})

describe('a damaged sentencepiece model', () => {
  const bytes = file('tokenizers/unigram.model')

  test('cut anywhere is read or refused, and nothing else happens', () => {
    for (let length = 0; length < bytes.length; length++) expectAnswer(bytes.slice(0, length))
  })

  test('with any byte changed is read or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const changed = bytes.slice()
        changed[at] = value
        expectAnswer(changed)
      }),
      { numRuns: 1500 },
    )
  })

  test('that is no sentencepiece model says so', () => {
    expect(() => readSentencePiece(new Uint8Array(0), 'tokenizer.model')).toThrow(/tokenizer\.model.*holds no pieces/)
    const length = Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f)
    expect(() => readSentencePiece(length, 'tokenizer.model')).toThrow(/a field of 4294967295 bytes, and only 0 follow/)
  })
})

function expectAnswer(bytes: Uint8Array): void {
  try {
    expect(readSentencePiece(bytes, 'tokenizer.model').ids.size).toBeGreaterThan(0)
  } catch (cause) {
    expect(cause).toBeInstanceOf(StudioError)
    expect((cause as StudioError).message).toContain('tokenizer.model')
  }
}

test.each([
  ['plain ▁word', '"plain ▁word"'],
  ['a"b\\c\n', '"a\\"b\\\\c\\n"'],
  ['\u202Eevil\u2066', '"\\u{202E}evil\\u{2066}"'],
  ['\u0301', '"\\u{0301}"'],
  ['no\u00A0break\u200B', '"no\\u{00A0}break\\u{200B}"'],
  ['\uD800', '"\\ud800"'],
  ['😀'.repeat(41), `"${'😀'.repeat(37)}..."`],
])('the token %j is quoted so that nothing of it is hidden and nothing beside it is moved', (token, quoted) => {
  expect(quoteToken(token)).toBe(quoted)
})
