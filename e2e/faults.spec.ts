import { cpSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CONFORMANCE, modelsOf, recipeOf } from './conformance-cases.ts'
import { fileHashes, fileTimes } from './file-hashes.ts'
import { expect, test } from './fixtures.ts'
import { LLAMA_7B, LLAMA_70B, TOY_7B, TOY_70B, writeLlama } from './llama-shapes.ts'
import { openCase } from './open-case.ts'
import type { Studio } from './studio.ts'

// Whatever is wrong, the page says so in one sentence before a byte is written.

const model = (name: string) => join(CONFORMANCE, 'models', name)

const slerp = (base: string, other: string) => `merge_method: slerp
base_model: ${base}
models:
  - model: ${base}
  - model: ${other}
parameters:
  t: [0.25, 0.3, 0.5]
dtype: float16
`

async function expectNothingMerged(studio: Studio): Promise<void> {
  await expect(studio.page.getByRole('status').filter({ hasText: 'Merge complete' })).toBeHidden()
}

test.describe('a recipe that cannot be taken keeps the dialog open, saying why', () => {
  for (const [title, yaml, words] of [
    ['text that is not YAML', 'merge_method: [slerp\n', /line|row/i],
    ['a method that does not exist', slerp('a', 'b').replace('slerp', 'slurp'), /slurp/],
    ['a reference to itself', `name: a\n${slerp('a', 'b')}`, /cycle|circle|itself/i],
  ] as const)
    test(title, async ({ studio }) => {
      await studio.open()
      await studio.offerRecipe(yaml)
      await expect(studio.importDialog).toBeVisible()
      await expect(studio.importDialog.getByRole('alert')).toContainText(words)
    })
})

test('a model that is not opened is named, and nothing is written', async ({ studio, makeFolder }) => {
  const output = makeFolder('merged')
  await studio.open()
  await studio.addModel(model('tarn-abf'))
  await studio.importRecipe(slerp('models/tarn-abf', 'models/not-opened'))
  await studio.outputFolder(output)
  await studio.tryToMerge()
  await studio.waitForError('not-opened')
  await expectNothingMerged(studio)
  expect(readdirSync(output)).toEqual([])
})

for (const [title, shapes, shards, words] of [
  ['toy widths', [TOY_7B, TOY_70B], [1, 2], [/\b32\b/, /\b80\b/]],
  ['the true shapes of Llama-2 7B and 70B', [LLAMA_7B, LLAMA_70B], [2, 15], [/\b32\b/, /\b80\b/, /4,?096/, /8,?192/]],
] as const)
  test(`32 layers against 80 are refused with both numbers: ${title}`, async ({ studio, makeFolder }) => {
    const [small, large, output] = [makeFolder('xwin-7b'), makeFolder('hermes-70b'), makeFolder('merged')]
    writeLlama(small, shapes[0], shards[0])
    writeLlama(large, shapes[1], shards[1])
    const before = [fileTimes(small), fileTimes(large)]
    await studio.open()
    await studio.addModel(small)
    await studio.addModel(large)
    await studio.importRecipe(slerp(basename(small), basename(large)))
    await studio.outputFolder(output)
    await studio.tryToMerge()
    await studio.waitForError(...words)
    await expectNothingMerged(studio)
    expect(readdirSync(output)).toEqual([])
    expect([fileTimes(small), fileTimes(large)]).toEqual(before)
  })

test('a shard cut short is named with its length and the expected one', async ({ studio, makeFolder }) => {
  const cut = makeFolder('lyra-cut')
  cpSync(model('lyra-a'), cut, { recursive: true })
  const shard = 'model-00002-of-00004.safetensors'
  const whole = statSync(join(cut, shard)).size
  truncateSync(join(cut, shard), whole - 100)
  await studio.open()
  await studio.offerModel(cut)
  const bytes = (count: number) => new RegExp(count.toLocaleString('en').replaceAll(',', '[,\\s]?'))
  await studio.waitForError(shard, bytes(whole - 100), bytes(whole))
})

test('a header longer than its file is refused by name', async ({ studio, makeFolder }) => {
  const bad = makeFolder('tarn-bad')
  cpSync(model('tarn-abf'), bad, { recursive: true })
  writeFileSync(join(bad, 'model.safetensors'), Buffer.from([0xff, 0xff, 0, 0, 0, 0, 0, 0, 0x7b]))
  await studio.open()
  await studio.offerModel(bad)
  await studio.waitForError('model.safetensors')
})

async function prepare(studio: Studio): Promise<void> {
  await openCase(studio, 'gradient-slerp')
}

test('an output folder with other files in it is left as it is', async ({ studio, makeFolder }) => {
  const output = makeFolder('busy')
  writeFileSync(join(output, 'notes.txt'), 'mine')
  writeFileSync(join(output, 'config.json'), '{"mine":true}')
  const before = fileHashes(output)
  await prepare(studio)
  await studio.outputFolder(output)
  await studio.tryToMerge()
  await expect(studio.page.getByRole('button', { name: 'Choose another folder' })).toBeVisible()
  await expectNothingMerged(studio)
  expect(fileHashes(output)).toEqual(before)
})

test('an output folder that is a source, or lies in one, is refused', async ({ studio, makeFolder }) => {
  const [first = '', second = ''] = modelsOf('gradient-slerp')
  const source = join(makeFolder('parent'), basename(first))
  cpSync(first, source, { recursive: true })
  const before = fileHashes(source)
  await studio.open()
  await studio.addModel(source)
  await studio.addModel(second)
  await studio.importRecipe(recipeOf('gradient-slerp'))
  await studio.outputFolder(source)
  await studio.tryToMerge()
  await studio.waitForError(basename(source))
  await expectNothingMerged(studio)
  expect(fileHashes(source)).toEqual(before)
})

test('a folder without weights is explained', async ({ studio, makeFolder }) => {
  const empty = makeFolder('nothing-here')
  await studio.open()
  await studio.offerModel(empty)
  await studio.waitForError(basename(empty))
})
