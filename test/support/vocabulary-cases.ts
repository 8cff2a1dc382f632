import { expect, test } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { type MergedInMemory, mergeInMemory, valuesOf } from './merge-in-memory.ts'
import { SETTINGS } from './settings.ts'
import { type SlowVocabulary, slerpByToken, slowVocabulary, unionTokens, vocabularyModel } from './vocabulary64.ts'

export const COLUMNS = 48

const words = (count: number) => Array.from({ length: count }, (_, i) => `word${i}`)
const A = ['<unk>', ...words(60), '<|a|>', null, null]
/** Other numbers for the same words, some missing, some of its own. */
const B = ['<unk>', ...words(58).toReversed(), 'only-b', '<|im_start|>']
const C = ['<unk>', '<|im_start|>', ...words(30), 'only-c', ...words(62).slice(40), null]

function models(tokens: readonly (string | null)[], seed: number): { embedding: SlowVocabulary; head: SlowVocabulary } {
  return { embedding: slowVocabulary(tokens, COLUMNS, seed), head: slowVocabulary(tokens, COLUMNS, seed + 100) }
}

const a = models(A, 1)
const b = models(B, 2)
const c = models(C, 3)
const FOLDERS = [
  vocabularyModel('a', a.embedding, a.head),
  vocabularyModel('b', b.embedding, b.head),
  vocabularyModel('c', c.embedding, c.head),
]

const SLERP = (more: string) =>
  `merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.3}\ndtype: bfloat16\n${more}`
const LZLV = ['one a b 0.35', 'two b c 0.6', ' one two 0.5']
  .map((line) => {
    const [name = '', base = '', other = '', t = ''] = line.split(' ')
    return `${name === '' ? '' : `name: ${name}\n`}merge_method: slerp\nbase_model: ${base}\nmodels: [{model: ${base}}, {model: ${other}}]\nparameters: {t: ${t}}\ndtype: bfloat16\ntokenizer_source: union\n`
  })
  .join('---\n')

/** The same merges on any engine, compared with the slow way. */
export function vocabularyCases(engine: () => Engine): void {
  const run = (recipe: string, settings = {}) => mergeInMemory(recipe, FOLDERS, { ...SETTINGS, ...settings }, engine())

  test('a union by token has a row for every token of either model, merged where both have it', async () => {
    const merged = await run(SLERP('tokenizer_source: union\n'))
    const tokens = unionTokens(a.embedding, b.embedding)
    expect(tokens).toHaveLength(64)
    await compare(merged, slerpByToken(a.embedding, b.embedding, 0.3, tokens, 'BF16'), 'model.embed_tokens.weight')
    await compare(merged, slerpByToken(a.head, b.head, 0.3, tokens, 'BF16'), 'lm_head.weight')
  })

  test('three vocabularies through two stages of unions agree with the slow way, whatever the tile size', async () => {
    const oracle = (part: 'embedding' | 'head') => {
      const oneTokens = unionTokens(a[part], b[part])
      const one = slerpByToken(a[part], b[part], 0.35, oneTokens, 'BF16')
      const two = slerpByToken(b[part], c[part], 0.6, unionTokens(b[part], c[part]), 'BF16')
      return slerpByToken(one, two, 0.5, unionTokens(one, two), 'BF16')
    }
    for (const memoryBudget of [2 ** 30, 1]) {
      const merged = await run(LZLV, { memoryBudget })
      expect(merged.plan.jobs[0]?.inputs).toHaveLength(3)
      await compare(merged, oracle('embedding'), 'model.embed_tokens.weight')
      await compare(merged, oracle('head'), 'lm_head.weight')
    }
  })

  test('the base’s rows are kept, and merged where the other model has the token', async () => {
    const merged = await run(SLERP('tokenizer_source: base\n'))
    await compare(merged, slerpByToken(a.embedding, b.embedding, 0.3, A, 'BF16'), 'model.embed_tokens.weight')
  })

  test('another model’s tokens, padded to a multiple with zeros', async () => {
    const merged = await run(SLERP('tokenizer: {source: b, pad_to_multiple_of: 32}\n'))
    const tokens = [...B, ...Array.from({ length: 3 }, () => null)]
    const expected = slerpByToken(a.embedding, b.embedding, 0.3, tokens, 'BF16')
    const rows = [...expected.rows.slice(0, B.length), ...Array.from({ length: 3 }, () => new Float64Array(COLUMNS))]
    await compare(merged, { tokens, rows }, 'model.embed_tokens.weight')
  })

  test('t of 0 and 1 give either model’s rows bit for bit, and the other’s where it has none', async () => {
    const tokens = unionTokens(a.embedding, b.embedding)
    for (const t of [0, 1]) {
      const merged = await run(SLERP('tokenizer_source: union\n').replace('0.3', String(t)))
      const expected = slerpByToken(a.embedding, b.embedding, t, tokens, 'BF16')
      const found = await valuesOf(merged.checkpoint, 'model.embed_tokens.weight')
      expect(found).toEqual(Float64Array.from(expected.rows.flatMap((row) => [...row])))
    }
  })
}

export async function compare({ checkpoint }: MergedInMemory, expected: SlowVocabulary, name: string): Promise<void> {
  const found = await valuesOf(checkpoint, name)
  const values = Float64Array.from(expected.rows.flatMap((row) => [...row]))
  expect(checkpoint.tensors.get(name)?.shape).toEqual([expected.rows.length, COLUMNS])
  const exact = found.filter((x, i) => x === values[i]).length
  expect(exact / values.length, name).toBeGreaterThan(0.995)
  const worst = Math.max(
    ...found.map((x, i) => Math.abs(x - (values[i] as number)) / Math.max(1e-3, Math.abs(values[i] as number))),
  )
  expect(worst, name).toBeLessThan(2 ** -5)
}
