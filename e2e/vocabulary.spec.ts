import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { axeViolations } from './axe.ts'
import { elementsOf, readCheckpoint } from './checkpoint-on-disk.ts'
import { expect, test } from './fixtures.ts'
import type { Studio } from './studio.ts'
import { HIDDEN, type Token, writeTokenModel } from './token-models.ts'

const HOSTILE = '\u202Egnp.<img src=x onerror=alert(1)>'
const A: readonly Token[] = ['<unk>', 'one', 'two', 'three', 'only-a', '<|a|>', null]
const B: readonly Token[] = ['<unk>', 'three', HOSTILE, 'one', '<|b|>', 'two']
const UNION = ['<unk>', 'one', 'two', 'three', 'only-a', '<|a|>', HOSTILE, '<|b|>']
const T = 0.25
const RECIPE = `# mine
merge_method: slerp
base_model: first
models: [{model: first}, {model: second}]
parameters: {t: ${T}}
dtype: bfloat16
`

interface Folders {
  readonly first: string
  readonly second: string
  readonly output: string
}

async function prepare(studio: Studio, makeFolder: (name: string) => string, recipe = RECIPE): Promise<Folders> {
  const parent = makeFolder('models')
  const [first, second] = [join(parent, 'first'), join(parent, 'second')]
  writeTokenModel(first, A, 1)
  writeTokenModel(second, B, 2)
  await studio.open()
  await studio.openSettings()
  await studio.addModel(first)
  await studio.addModel(second)
  await studio.importRecipe(recipe)
  return { first, second, output: makeFolder('merged') }
}

async function showTable(page: Page) {
  await page.getByRole('tab', { name: 'Vocabulary' }).click()
  return page.getByRole('table', { name: 'Tokens of the merged model' })
}

const recipeText = (page: Page) => page.getByRole('textbox', { name: 'Recipe text' })
const showText = (page: Page) => page.getByRole('button', { name: 'Text', exact: true }).click()

function rowsOf(folder: string, name: string): Float64Array[] {
  const tensor = readCheckpoint(folder).tensors.get(name)
  if (tensor === undefined) throw new Error(`${folder} has no ${name}`)
  const values = elementsOf(tensor)
  return Array.from({ length: tensor.shape[0] ?? 0 }, (_, row) => values.slice(row * HIDDEN, (row + 1) * HIDDEN))
}

/** SLERP over the rows that both have, in float64. */
function slerp(a: readonly Float64Array[], b: readonly Float64Array[]): Float64Array[] {
  const flat = (rows: readonly Float64Array[]) => rows.flatMap((row) => [...row])
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, v, i) => sum + v * (y[i] ?? 0), 0)
  const [x, y] = [flat(a), flat(b)]
  const theta = Math.acos(dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)))
  const [p, q] = [Math.sin((1 - T) * theta) / Math.sin(theta), Math.sin(T * theta) / Math.sin(theta)]
  return a.map((row, r) => row.map((v, i) => p * v + q * (b[r]?.[i] ?? 0)))
}

test('a union by token, chosen on the page, is what was shown before the merge', async ({ studio, makeFolder }) => {
  const { page } = studio
  const { first, second, output } = await prepare(studio, makeFolder)
  await showText(page)
  const table = await showTable(page)
  await expect(table.getByRole('row', { name: 'not in the merged model' }).first()).toBeVisible()

  await page.getByRole('combobox', { name: 'Vocabulary' }).selectOption({ label: 'Union by token' })
  await page.getByRole('textbox', { name: 'Pad rows to' }).fill('16')
  const text = await recipeText(page).inputValue()
  expect(text, 'the text says it').toContain('tokenizer: {source: union, pad_to_multiple_of: 16}')
  expect(text, 'and the rest of it stays').toContain('# mine')

  const rows = await table.getByRole('row').allInnerTexts()
  expect(rows.map((row) => row.replaceAll(/\s+/g, ' ').trim()).slice(1)).toEqual([
    'Ordinary tokens 4 both models merged "<unk>""one""two""three"',
    'Ordinary tokens 1 only first the row of first "only-a"',
    'Ordinary tokens 1 only second the row of second "\\u{202E}gnp.<img src=x onerror=alert(1)>"',
    'Special tokens 1 only first the row of first "<|a|>"',
    'Special tokens 1 only second the row of second "<|b|>"',
    'Rows of no token 8 zeros, as padding',
  ])
  await expect(page.getByRole('region', { name: 'Vocabulary of the result' })).toContainText(
    'first’s, with 2 tokens added',
  )

  await studio.outputFolder(output)
  await studio.merge()
  await studio.waitDone()

  const config = JSON.parse(readFileSync(join(output, 'config.json'), 'utf8'))
  expect(config.vocab_size).toBe(16)
  const tokenizer = JSON.parse(readFileSync(join(output, 'tokenizer.json'), 'utf8'))
  const ids = new Map<string, number>(Object.entries(tokenizer.model.vocab))
  for (const { content, id } of tokenizer.added_tokens) ids.set(content, id)
  expect([...ids].sort((x, y) => x[1] - y[1]).map(([token]) => token)).toEqual(UNION)

  for (const name of ['model.embed_tokens.weight', 'lm_head.weight']) {
    const [a, b, merged] = [rowsOf(first, name), rowsOf(second, name), rowsOf(output, name)]
    expect(merged).toHaveLength(16)
    const row = (rows: readonly Float64Array[], tokens: readonly Token[], token: string) => rows[tokens.indexOf(token)]
    expect(row(merged, UNION, 'only-a')).toEqual(row(a, A, 'only-a'))
    expect(row(merged, UNION, '<|a|>')).toEqual(row(a, A, '<|a|>'))
    expect(row(merged, UNION, HOSTILE)).toEqual(row(b, B, HOSTILE))
    expect(row(merged, UNION, '<|b|>')).toEqual(row(b, B, '<|b|>'))
    expect(merged.slice(UNION.length)).toEqual(Array.from({ length: 8 }, () => new Float64Array(HIDDEN)))
    const shared = ['<unk>', 'one', 'two', 'three']
    const of = (rows: readonly Float64Array[], tokens: readonly Token[]) =>
      shared.map((token) => row(rows, tokens, token) ?? new Float64Array(0))
    for (const [r, expected] of slerp(of(a, A), of(b, B)).entries())
      for (const [i, value] of expected.entries()) {
        const found = row(merged, UNION, shared[r] ?? '')?.[i] ?? Number.NaN
        expect(Math.abs(found - value), `${name} ${shared[r]} ${i}`).toBeLessThanOrEqual(2 ** -8 * Math.abs(value))
      }
  }
})

/** A model's rows by the union's tokens, in 16 rows; what it lacks is the other's, and what both lack zeros. */
function arranged(
  rows: readonly Float64Array[],
  tokens: readonly Token[],
  others: readonly Float64Array[],
  otherTokens: readonly Token[],
): number[] {
  return Array.from({ length: 16 }, (_, at) => UNION[at]).flatMap((token) => {
    const row = token === undefined ? undefined : (rows[tokens.indexOf(token)] ?? others[otherTokens.indexOf(token)])
    return [...(row ?? new Float64Array(HIDDEN))]
  })
}

for (const engine of ['WebGPU', 'WebAssembly'] as const)
  test(`TIES with ${engine} takes its threshold over all rows of a union by token`, async ({ studio, makeFolder }) => {
    const recipe = `merge_method: ties
base_model: first
models: [{model: second, parameters: {weight: 1, density: 0.125}}]
tokenizer: {source: union, pad_to_multiple_of: 16}
dtype: bfloat16
`
    const { first, second, output } = await prepare(studio, makeFolder, recipe)
    await studio.setEngine(engine)
    await studio.outputFolder(output)
    await studio.merge()
    await studio.waitDone()
    for (const name of ['model.embed_tokens.weight', 'lm_head.weight']) {
      const [a, b] = [rowsOf(first, name), rowsOf(second, name)]
      const [base, filled] = [arranged(a, A, b, B), arranged(b, B, a, A)]
      const deltas = filled.map((x, e) => Math.fround(x - (base[e] ?? 0)))
      const order = [...deltas.keys()].sort((x, y) => Math.abs(deltas[y] ?? 0) - Math.abs(deltas[x] ?? 0))
      const kept = new Set(order.slice(0, filled.length / 8))
      const merged = rowsOf(output, name).flatMap((row) => [...row])
      expect(kept.size, 'half of the four rows that both have').toBe((4 * HIDDEN) / 2)
      expect(merged).toEqual(base.map((x, e) => (kept.has(e) ? filled[e] : x)))
    }
  })

test('the controls show what the text says, and undo brings both back', async ({ studio, makeFolder }) => {
  const { page } = studio
  await prepare(studio, makeFolder, `${RECIPE}tokenizer_source: base\nchat_template: chatml\n`)
  await showText(page)
  const vocabulary = page.getByRole('combobox', { name: 'Vocabulary' })
  const template = page.getByRole('combobox', { name: 'Chat template' })
  await expect(vocabulary).toHaveValue('base')
  await expect(template).toHaveValue('chatml')
  await vocabulary.selectOption({ label: 'Common rows' })
  await expect(page.getByRole('textbox', { name: 'Pad rows to' }), 'a recipe cannot pad common rows').toHaveCount(0)
  expect(await recipeText(page).inputValue()).not.toContain('tokenizer_source')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(vocabulary).toHaveValue('base')
  await recipeText(page).fill(`${RECIPE}tokenizer_source: second\n`)
  await expect(vocabulary).toHaveValue('model:second')
  await expect(template).toHaveValue('')
})

test('a chat template is written by hand, by keyboard alone, and gets into the tokenizer', async ({
  studio,
  makeFolder,
}) => {
  const { page } = studio
  const { output } = await prepare(studio, makeFolder)
  const template = page.getByRole('combobox', { name: 'Chat template' })
  await template.focus()
  await page.keyboard.press('End')
  await expect(template).toHaveValue('own')
  await page.keyboard.press('Tab')
  const field = page.getByRole('textbox', { name: 'Template text' })
  await expect(field).toBeFocused()
  await expect(field, 'the base model’s is what one begins with').toHaveValue('template 1')
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('{% for m in messages %}{{ m[\'content\'] }}: "#"{% endfor %}')
  await page.keyboard.press('Tab')
  await studio.outputFolder(output)
  await studio.merge()
  await studio.waitDone()
  const config = JSON.parse(readFileSync(join(output, 'tokenizer_config.json'), 'utf8'))
  expect(config.chat_template).toBe('{% for m in messages %}{{ m[\'content\'] }}: "#"{% endfor %}')
})

for (const scheme of ['light', 'dark'] as const)
  test(`axe finds nothing in the ${scheme} table of tokens, with a template being written`, async ({
    studio,
    makeFolder,
  }) => {
    const { page } = studio
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await prepare(studio, makeFolder, `${RECIPE}tokenizer_source: union\n`)
    await showTable(page)
    await page.getByRole('combobox', { name: 'Chat template' }).selectOption({ label: 'Own text' })
    expect(await axeViolations(page)).toEqual([])
  })
