import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { axeViolations } from './axe.ts'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import type { Studio } from './studio.ts'

const told = (studio: Studio) => studio.page.locator('.told')
const text = (studio: Studio) => studio.page.getByRole('textbox', { name: 'Recipe text' })
const name = (studio: Studio) => studio.page.getByRole('textbox', { name: 'Recipe name' })

const BLOCKMERGE = `model_path1: models/vela-m
model_path2: models/vela-x
output_model_path: out
operations:
  - operation: attention
    filter: self_attn
    gradient_values: [0.8, 0.2]
`
const MLX = 'models:\n  - models/vela-m\n  - models/vela-x\nmethod: slerp\nparameters:\n  t: [0, 1]\n'
const CARD = `---\ntags: [merge]\nlicense: mit\n---\n# lzlv\n\n\`\`\`yaml\n${recipeOf('gradient-slerp')}\`\`\`\n`

test('recipes of other tools are converted in the dialog, which tells it in a sentence, and undo takes the import back', async ({
  studio,
}) => {
  await studio.open()
  for (const model of modelsOf('lzlv')) await studio.addModel(model)
  await studio.importRecipe(BLOCKMERGE)
  await expect(told(studio)).toContainText('Converted from BlockMerge_Gradient')
  expect(await studio.errors(), 'models are matched').toEqual([])
  expect(await axeViolations(studio.page)).toEqual([])
  await studio.importRecipe(MLX)
  await expect(told(studio)).toContainText('Converted from mlx_lm.merge')
  await told(studio).getByRole('button', { name: 'Dismiss' }).click()
  await expect(told(studio)).toHaveCount(0)
  await studio.page.getByRole('button', { name: 'Undo' }).click()
  await studio.page.getByRole('button', { name: 'Text', exact: true }).click()
  await expect(text(studio)).toHaveValue(/dialect = blockmerge-gradient/)
  expect(await studio.errors()).toEqual([])
})

test('the dialog stays open and says why: no recipe in a card, an adapter, a module of nothing, a method of another program', async ({
  studio,
}) => {
  await studio.open()
  for (const [yaml, reason] of [
    ['---\nlicense: mit\n---\n# A model\n', 'it has no recipe'],
    [`---\nlicense: mit\n---\n# A\n\`\`\`yaml\nmerge_method: lrp\nmodels: [{model: a}]\n\`\`\`\n`, /Line 6: .*lrp/],
    ['merge_method: passthrough\nmodels: [{model: a+b}]\n', 'adapters are not merged here'],
    ['merge_method: slerp\nbase_model: a\nmodules: {x: {}, y: {}}\n', 'The module "x" has neither models nor slices'],
    ['base_model: a\nexperts: [{source_model: a}]\n', 'mixture of experts'],
  ] as const) {
    await studio.offerRecipe(yaml)
    await expect(studio.importDialog.getByRole('alert')).toContainText(reason)
    await studio.importDialog.getByRole('button', { name: 'Close' }).click()
  }
})

test('a model card and a recipe’s file are taken when they are dropped, pasted or shared by link, and name the recipe', async ({
  studio,
  folders,
  makeFolder,
}) => {
  const folder = makeFolder('recipes')
  const card = join(folder, 'README.md')
  const yaml = join(folder, 'night blend.yml')
  writeFileSync(card, CARD)
  writeFileSync(yaml, MLX)
  await studio.open()
  await folders.drop([card])
  await expect(told(studio)).toContainText('The recipe was taken from line 8 of a model card.')
  await expect(name(studio)).toHaveValue('')
  await folders.drop([yaml])
  await expect(told(studio)).toContainText('Converted from mlx_lm.merge')
  await expect(name(studio)).toHaveValue('night blend')
  await studio.page.evaluate((pasted) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', pasted)
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, CARD)
  await expect(told(studio)).toContainText('of a model card')
  // A link that somebody made elsewhere may hold any text.
  const hash = await studio.page.evaluate(async (shared) => {
    const packed = new Blob([shared]).stream().pipeThrough(new CompressionStream('deflate-raw'))
    const bytes = new Uint8Array(await new Response(packed).arrayBuffer())
    const base64 = btoa(String.fromCharCode(...bytes))
    return `#recipe=${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`
  }, BLOCKMERGE)
  await studio.page.evaluate((to) => {
    location.hash = to
  }, hash)
  // The present recipe is kept under History by now, so that nothing is asked.
  await expect(told(studio)).toContainText('Converted from BlockMerge_Gradient')
})

test('the name in the top bar names the exported file and entries of the history, and is one step of undo', async ({
  studio,
}) => {
  await studio.open()
  await expect(name(studio), 'nothing to name yet').toHaveCount(0)
  await studio.importRecipe(recipeOf('lzlv'))
  await name(studio).fill('Night: blend / 2')
  await studio.page.keyboard.press('Enter')
  await studio.page.getByRole('button', { name: 'Export' }).click()
  const download = studio.page.waitForEvent('download')
  await studio.page.getByRole('button', { name: 'YAML as written' }).click()
  expect((await download).suggestedFilename()).toBe('Night-blend-2.yml')
  await studio.importRecipe(recipeOf('gradient-slerp'))
  await expect(name(studio)).toHaveValue('')
  await studio.page.getByRole('button', { name: 'History' }).click()
  await studio.page.getByRole('button', { name: 'Restore Night: blend / 2' }).click()
  await expect(name(studio)).toHaveValue('Night: blend / 2')
  await studio.page.reload()
  await expect(name(studio)).toHaveValue('Night: blend / 2')
})
