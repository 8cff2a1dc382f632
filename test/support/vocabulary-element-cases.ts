import { describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { plainElements } from '../../src/merge/elementwise/plain-elements.ts'
import type { ElementRule } from '../../src/plan/plan.ts'
import { isElementwise } from '../../src/plan/rule-kinds.ts'
import type { FloatDType } from '../../src/tensor/dtype.ts'
import { roundTo, slerp64 } from './float64.ts'
import { type MergedInMemory, mergeInMemory, valuesOf } from './merge-in-memory.ts'
import { SETTINGS } from './settings.ts'
import { a, B, b, COLUMNS, c, FOLDERS, MIXED, OTHER_DTYPES, RECIPES } from './vocabulary-element-recipes.ts'
import { arranged, vocabularyOf } from './vocabulary-elements.ts'
import { type SlowVocabulary, unionTokens } from './vocabulary64.ts'

const EMBEDDING = 'model.embed_tokens.weight'

/** Merges by element and by row over rows that are arranged by token, compared with whole tensors in float64. */
export function vocabularyElementCases(engine: () => Engine): void {
  const run = (recipe: string, memoryBudget = 2 ** 30, folders = FOLDERS): Promise<MergedInMemory> =>
    mergeInMemory(recipe, folders, { ...SETTINGS, memoryBudget }, engine())

  describe.each(RECIPES)('%s', (name, recipe) => {
    const models = recipe.includes('model: c') ? [a, b, c] : [a, b]

    test('over a union by token is what whole tensors give in which no row is missing', async () => {
      const merged = await run(`${recipe}tokenizer_source: union\n`)
      await agrees(merged, unionTokens(...models), models)
    })

    test('over another model’s tokens, padded with rows of zeros, counts these rows too', async () => {
      const merged = await run(`${recipe}tokenizer: {source: b, pad_to_multiple_of: 64}\n`)
      await agrees(merged, [...B, ...Array.from({ length: 448 - B.length }, () => null)], models, b)
    })

    test(`has the same bytes in the smallest tiles: ${name}`, async () => {
      const [large, small] = [
        await run(`${recipe}tokenizer_source: union\n`),
        await run(`${recipe}tokenizer_source: union\n`, 1),
      ]
      expect(await valuesOf(small.checkpoint, EMBEDDING)).toEqual(await valuesOf(large.checkpoint, EMBEDDING))
    })
  })

  test('models of several dtypes, none of which the recipe chooses, lend each other rows', async () => {
    const merged = await run(OTHER_DTYPES.recipe, 2 ** 30, OTHER_DTYPES.folders)
    expect(new Set(merged.opened.map(({ tensors }) => tensors.get(EMBEDDING)?.dtype)).size).toBe(3)
    await agrees(merged, unionTokens(a, b, c), [a, b, c], a, 'F32')
  })

  test('stages of several kinds, each with an order of rows of its own, are those of the stages one after the other', async () => {
    const bf16 = (values: Float64Array) => values.map((x) => roundTo(x, 'BF16'))
    for (const budget of [2 ** 30, 1]) {
      const merged = await run(MIXED, budget)
      const job = merged.plan.jobs.find(({ name }) => name === EMBEDDING)
      const rules = (job?.stages ?? []).flatMap(({ rule }) => (isElementwise(rule) ? [rule] : []))
      const rule = (method: string) => rules.find((one) => one.method === method) as ElementRule
      const made = (of: ElementRule, from: readonly SlowVocabulary[]): SlowVocabulary => {
        const tokens = unionTokens(...from)
        const values = plainElements(of, arranged(from, tokens), { name: EMBEDDING, rowLength: COLUMNS })
        return vocabularyOf(tokens, values, COLUMNS)
      }
      const one = made(rule('ties'), [a, b, c])
      const two = made(rule('nearswap'), [b, c])
      const tokens = unionTokens(two, one)
      const [x = new Float64Array(0), y = x] = arranged([two, one], tokens)
      // A slerp's angle is that of the rows that both have; of the others it takes the row that there is.
      const both = tokens.flatMap((token, row) =>
        token !== null && two.tokens.includes(token) && one.tokens.includes(token) ? [row] : [],
      )
      const rowsOf = (values: Float64Array) =>
        Float64Array.from(both.flatMap((row) => [...values.slice(row * COLUMNS, (row + 1) * COLUMNS)]))
      const slerped = slerp64(rowsOf(x), rowsOf(y), 0.3, 'BF16')
      const third = x.slice()
      for (const [place, row] of both.entries())
        third.set(slerped.subarray(place * COLUMNS, (place + 1) * COLUMNS), row * COLUMNS)
      const expected = made(rule('dare_linear'), [a, vocabularyOf(tokens, third, COLUMNS)])
      const found = await valuesOf(merged.checkpoint, EMBEDDING)
      const values = bf16(Float64Array.from(expected.rows.flatMap((row) => [...row])))
      expect(found).toHaveLength(values.length)
      expect(found.filter((value, e) => value !== values[e]).length / found.length).toBeLessThan(0.002)
    }
  })
}

/** Every element is that of the plain way, but for what rounding explains. */
async function agrees(
  { plan, checkpoint }: MergedInMemory,
  tokens: readonly (string | null)[],
  models: readonly SlowVocabulary[],
  foundation = models[0],
  dtype: FloatDType = 'BF16',
): Promise<void> {
  const job = plan.jobs.find(({ name }) => name === EMBEDDING)
  const rule = job?.stages.at(-1)?.rule as ElementRule
  expect(job?.shape).toEqual([tokens.length, COLUMNS])
  const operands = arranged(models, tokens, foundation, dtype)
  const expected = plainElements(rule, operands, { name: EMBEDDING, rowLength: COLUMNS })
  const found = await valuesOf(checkpoint, EMBEDDING)
  const wrong = Array.from(expected.entries()).flatMap(([e, value]) => {
    const size = Math.max(...operands.map((values) => Math.abs(values[e] ?? 0)), Math.abs(value))
    const off = Math.abs((found[e] ?? 0) - roundTo(value, 'BF16'))
    return off <= 2 ** -6 * size ? [] : [`${Math.floor(e / COLUMNS)} ${e % COLUMNS}: ${found[e]} instead of ${value}`]
  })
  expect(wrong).toEqual([])
  const different = found.filter((value, e) => value !== roundTo(expected[e] ?? 0, 'BF16')).length
  expect(different / found.length).toBeLessThan(0.01)
}
