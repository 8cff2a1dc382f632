import { describe, expect, test } from 'vitest'
import { readVocabulary } from '../src/formats/tokenizer.ts'
import { mergeInMemory, planInMemory, valuesOf } from './support/merge-in-memory.ts'
import { SETTINGS } from './support/settings.ts'
import { COLUMNS } from './support/vocabulary-cases.ts'
import { slowVocabulary, vocabularyModel } from './support/vocabulary64.ts'

const A = ['<unk>', 'x', 'y', 'z', '<|a|>']
const B = ['<unk>', 'y', 'x', 'new', '<|b|>', 'z']
const C = ['<unk>', 'x', 'z', '<|b|>']

function model(name: string, tokens: readonly (string | null)[], seed: number, config: object | null = null) {
  const vocabulary = slowVocabulary(tokens, COLUMNS, seed)
  const folder = vocabularyModel(name, vocabulary, vocabulary)
  const files = new Map(folder.files)
  if (config !== null) files.set('tokenizer_config.json', new Blob([JSON.stringify(config)]))
  return { vocabulary, folder: { ...folder, files } }
}

const a = model('a', A, 1, { pad_token: '<|a|>', chat_template: 'A' })
const b = model('b', B, 2, { chat_template: 'B' })
const c = model('c', C, 3, { chat_template: 'B' })
const FOLDERS = [a.folder, b.folder, c.folder]

const SLERP = (more: string) =>
  `merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.5}\ndtype: bfloat16\n${more}`
const LINEAR = (more: string) =>
  `merge_method: linear\nbase_model: a\nmodels: [{model: a}, {model: b}, {model: c}]\nparameters: {weight: 1}\ndtype: float32\n${more}`

async function merged(recipe: string, settings = {}) {
  const { checkpoint, plan } = await mergeInMemory(recipe, FOLDERS, { ...SETTINGS, ...settings })
  const values = await valuesOf(checkpoint, 'model.embed_tokens.weight')
  const vocabulary = await readVocabulary(checkpoint.sidecars)
  if (vocabulary === null) throw new Error('no tokenizer was written')
  const row = (token: string) => {
    const id = vocabulary.ids.get(token) ?? -1
    return values.slice(id * COLUMNS, (id + 1) * COLUMNS)
  }
  return { plan, vocabulary, row, rows: values.length / COLUMNS, config: checkpoint.config }
}

function stored({ vocabulary }: typeof a, token: string): Float64Array {
  return vocabulary.rows[vocabulary.tokens.indexOf(token)] as Float64Array
}

describe('tokenizer and rows agree', () => {
  test('after a union: every token of either model has its row', async () => {
    const { vocabulary, row, rows, plan } = await merged(SLERP('tokenizer_source: union\n'))
    expect([...vocabulary.ids].toSorted((p, q) => p[1] - q[1]).map(([token]) => token)).toEqual([...A, 'new', '<|b|>'])
    expect(rows).toBe(7)
    expect(row('new')).toEqual(stored(b, 'new'))
    expect(row('<|b|>')).toEqual(stored(b, '<|b|>'))
    expect(row('<|a|>')).toEqual(stored(a, '<|a|>'))
    expect(vocabulary.classes.get(6)).toBe('special')
    expect(plan.vocabulary).toEqual({
      source: 'union',
      rows: 7,
      headRows: 7,
      tokens: 7,
      before: [
        { rows: 5, tokens: 5 },
        { rows: 6, tokens: 6 },
      ],
      origin: 0,
      added: 2,
      groups: [
        { kind: 'base', from: 'merged', owners: [0, 1], count: 3, examples: ['"x"', '"y"', '"z"'] },
        { kind: 'base', from: 'copied', owners: [1], count: 1, examples: ['"new"'] },
        { kind: 'special', from: 'merged', owners: [0, 1], count: 1, examples: ['"<unk>"'] },
        { kind: 'special', from: 'copied', owners: [0], count: 1, examples: ['"<|a|>"'] },
        { kind: 'special', from: 'copied', owners: [1], count: 1, examples: ['"<|b|>"'] },
      ],
    })
  })

  test('where rows are cut, tokens without one leave the tokenizer and its roles', async () => {
    const { vocabulary, rows, plan } = await merged(
      SLERP('').replace('base_model: a', 'base_model: a').replace('b}', 'c}'),
    )
    expect(rows).toBe(4)
    expect(vocabulary.ids.has('<|a|>')).toBe(false)
    expect(plan.problems.map(({ message }) => message).join('\n')).toMatch(/the added token "<\|a\|>" is taken out/)
    expect(plan.vocabulary?.groups).toEqual([
      { kind: 'base', from: 'merged', owners: [0, 1], count: 1, examples: ['"x"'] },
      { kind: 'base', from: 'by-number', owners: [0], count: 2, examples: ['"y"', '"z"'] },
      { kind: 'special', from: 'merged', owners: [0, 1], count: 1, examples: ['"<unk>"'] },
      { kind: 'special', from: 'lost', owners: [0], count: 1, examples: ['"<|a|>"'] },
      { kind: 'special', from: 'lost', owners: [1], count: 1, examples: ['"<|b|>"'] },
    ])
  })

  test('with the tokenizer of another model', async () => {
    const { vocabulary, row } = await merged(SLERP('tokenizer_source: b\n'))
    expect([...vocabulary.ids.keys()].toSorted()).toEqual(B.toSorted())
    expect(row('<|b|>')).toEqual(stored(b, '<|b|>'))
  })

  test('padded: rows of zeros at the end, and the config says so', async () => {
    const { rows, config, plan } = await merged(SLERP('tokenizer: {source: union, pad_to_multiple_of: 16}\n'))
    expect(rows).toBe(16)
    expect(config?.get('vocab_size')).toEqual({ raw: '16' })
    expect(plan.vocabulary?.groups.at(-1)).toEqual({ kind: null, from: 'zeros', owners: [], count: 9, examples: [] })
  })
})

describe('rows as the tokenizer mapping asks for them', () => {
  test('of a model, by force; of zeros; of another token; and a token that nobody has', async () => {
    const { row } = await merged(
      SLERP(`tokenizer:
  source: union
  tokens:
    x: {source: b, force: true}
    y: {source: {kind: zero}, force: true}
    fresh: {source: {kind: model_token, model: b, token: "<|b|>"}}
    numbered: {source: {kind: model_token, model: a, token_id: 3}}
`),
    )
    expect(row('x')).toEqual(stored(b, 'x'))
    expect(row('y')).toEqual(new Float64Array(COLUMNS))
    expect(row('fresh')).toEqual(stored(b, '<|b|>'))
    expect(row('numbered')).toEqual(stored(a, 'z'))
  })

  test('in a linear merge the base’s row stands in for a missing one, else the mean of those that are there', async () => {
    const { row } = await merged(LINEAR('tokenizer_source: union\n'))
    const mean = (...rows: Float64Array[]) =>
      rows[0]?.map((_, i) => Math.fround(rows.reduce((sum, r) => sum + (r[i] as number), 0) / rows.length))
    const near = (found: Float64Array, expected: Float64Array | undefined) =>
      expect(Math.max(...found.map((x, i) => Math.abs(x - (expected?.[i] ?? Number.NaN))))).toBeLessThan(1e-6)
    near(row('y'), mean(stored(a, 'y'), stored(b, 'y'), stored(a, 'y')))
    near(row('<|b|>'), mean(stored(b, '<|b|>'), stored(c, '<|b|>')))
    near(row('new'), stored(b, 'new'))
  })

  test('a model or token that there is not is an error by its line', async () => {
    const tokens = (source: string) => SLERP(`tokenizer:\n  tokens:\n    q: {source: ${source}}\n`)
    const errors = async (recipe: string) =>
      (await planInMemory(recipe, FOLDERS)).plan.problems.filter(({ severity }) => severity === 'error')
    expect((await errors(tokens('c')))[0]).toMatchObject({
      line: 8,
      message: expect.stringMatching(/none of the models/),
    })
    expect((await errors(tokens('b')))[0]?.message).toMatch(/the token "q" of "b", which has no such row/)
    expect((await errors(SLERP('tokenizer_source: c\n')))[0]?.message).toMatch(/"c", which is none of the models/)
  })

  test('a union needs every tokenizer', async () => {
    const files = new Map([...b.folder.files].filter(([name]) => name !== 'tokenizer.json'))
    const { plan } = await planInMemory(SLERP('tokenizer_source: union\n'), [a.folder, { ...b.folder, files }])
    expect(plan.problems[0]?.message).toMatch(/no tokenizer of "b" is known/)
  })
})

describe('the chat template', () => {
  const templateOf = async (recipe: string) => (await merged(recipe)).vocabulary.chatTemplate
  test.each([
    ['the base’s where nothing is asked', SLERP(''), 'A'],
    ['the base’s where votes are equal', SLERP('chat_template: auto\n'), 'A'],
    ['the one that most have', LINEAR('chat_template: auto\n'), 'B'],
    ['a literal one', SLERP('chat_template: "{{ messages }}"\n'), '{{ messages }}'],
  ])('%s', async (_, recipe, expected) => {
    expect(await templateOf(recipe)).toBe(expected)
  })

  test('by name', async () => {
    expect(await templateOf(SLERP('chat_template: chatml\n'))).toContain('<|im_start|>')
  })

  test('of a name that nobody knows is an error', async () => {
    const { plan } = await planInMemory(SLERP('chat_template: chatmml\n'), FOLDERS)
    expect(plan.problems.find(({ severity }) => severity === 'error')?.message).toMatch(
      /none that is known here: write auto, alpaca/,
    )
  })
})

test('a plan of a union survives structuredClone', async () => {
  const { plan } = await planInMemory(SLERP('tokenizer_source: union\n'), FOLDERS)
  expect(structuredClone(plan)).toEqual(plan)
})

test('stages that use each other twice end in a sentence, not in hours', async () => {
  const stages = Array.from({ length: 40 }, (_, i) => {
    const before = i === 0 ? 'b' : `s${i - 1}`
    const twice = i === 0 ? 'a' : `s${Math.max(0, i - 2)}`
    const models = twice === before ? `a}, {model: ${before}` : `${twice}}, {model: ${before}`
    const base = twice === before ? 'a' : twice
    return `name: s${i}\nmerge_method: slerp\nbase_model: ${base}\nmodels: [{model: ${models}}]\nparameters: {t: 0.5}\ntokenizer_source: union\n`
  })
  const { plan } = await planInMemory(stages.join('---\n'), FOLDERS)
  expect(plan.problems.map(({ message }) => message).join('\n')).toMatch(/in more than 64 steps/)
})
