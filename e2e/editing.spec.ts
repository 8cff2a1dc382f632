import { readFileSync } from 'node:fs'
import type { Locator } from '@playwright/test'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { openLzlvTable } from './open-case.ts'
import type { Studio } from './studio.ts'

// Each way to change a recipe, and after each the table of tensors: t of a tensor by stage.

const MLP = 'model.layers.0.mlp.down_proj.weight'
const LAST = 'model.layers.5.mlp.down_proj.weight'
const ATTENTION = 'model.layers.0.self_attn.q_proj.weight'
const HEAD = 'lm_head.weight'

const lanes = (studio: Studio): Locator => studio.page.getByRole('list', { name: 'Lanes of t' }).getByRole('listitem')
const button = (studio: Studio, name: string): Locator => studio.page.getByRole('button', { name, exact: true })

/** t of each stage for a tensor, from left to right: component1, component2, the result. */
async function tsOf(studio: Studio, tensor: string): Promise<string[]> {
  const { page } = studio
  await page.getByRole('textbox', { name: 'Filter tensors' }).fill(tensor)
  const row = studio.tensorTable.getByRole('row')
  const cells = row.filter({ has: page.getByTitle(tensor, { exact: true }) }).locator('.col-t')
  return (await cells.allInnerTexts()).map((text) => /-?\d\.\d{4}|[Cc]opy|passthrough/.exec(text)?.[0] ?? text)
}

async function expectTs(studio: Studio, tensor: string, ts: readonly string[]): Promise<void> {
  await expect.poll(() => tsOf(studio, tensor), { message: tensor }).toEqual(ts)
}

/** Undo brings back what was, Redo what had been done. */
async function undoneAndRedone(studio: Studio, tensor: string, before: readonly string[]): Promise<void> {
  const after = await tsOf(studio, tensor)
  await button(studio, 'Undo').click()
  await expectTs(studio, tensor, before)
  await button(studio, 'Redo').click()
  await expectTs(studio, tensor, after)
}

test('a finger drags a point, and the table shows where it was left', async ({ studio }) => {
  await openLzlvTable(studio)
  const box = await studio.gradientPoints.last().boundingBox()
  if (box === null) throw new Error('the point is on the page')
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const session = await studio.page.context().newCDPSession(studio.page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at: number) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y: at }] })
  await touch('touchStart', y)
  for (let step = 1; step <= 8; step++) await touch('touchMove', y - 4 * step)
  // The finger is still down: the document follows when it rests (what is painted until then, drag.spec.ts looks at).
  const readT = async (): Promise<number> => Number(await studio.gradientPoints.last().getAttribute('aria-valuenow'))
  await expect.poll(readT).toBeGreaterThan(0.55)
  await touch('touchEnd', y - 32)
  await expect(studio.gradientList).not.toHaveValue('[0.25, 0.3, 0.5]')
  const t = await readT()
  await expect(studio.gradientList).toHaveValue(`[0.25, 0.3, ${t}]`)
  await expectTs(studio, LAST, [t.toFixed(4), '0.2500', '0.5000'])
  await undoneAndRedone(studio, LAST, ['0.5000', '0.2500', '0.5000'])
})

test('page keys move by a tenth, Home and End go to the ends, and at an end the tensor is copied', async ({
  studio,
}) => {
  await openLzlvTable(studio)
  const { keyboard } = studio.page
  await studio.gradientPoints.first().focus()
  await keyboard.press('PageUp')
  await expectTs(studio, MLP, ['0.3500', '0.4000', '0.5000'])
  await studio.gradientPoints.first().focus()
  await keyboard.press('PageDown')
  await keyboard.press('ArrowDown')
  await expectTs(studio, MLP, ['0.2400', '0.4000', '0.5000'])
  await studio.gradientPoints.first().focus()
  await keyboard.press('End')
  await expect(studio.gradientList).toHaveValue('[1, 0.3, 0.5]')
  await expect.poll(async () => (await tsOf(studio, MLP))[0]).toMatch(/copy|passthrough/i)
  await studio.gradientPoints.first().focus()
  await keyboard.press('Home')
  await expect(studio.gradientList).toHaveValue('[0, 0.3, 0.5]')
  await expect.poll(async () => (await tsOf(studio, MLP))[0]).toMatch(/copy|passthrough/i)
})

test('a lane for a filter is added, shaped, renamed and removed; only its tensors change', async ({ studio }) => {
  await openLzlvTable(studio)
  const before = await tsOf(studio, MLP)
  await button(studio, 'Add lane').click()
  await studio.page.getByLabel('Filter of the new lane').fill('mlp')
  await button(studio, 'Add').last().click()
  await expect(lanes(studio)).toHaveCount(2)
  await studio.gradientList.fill('0.9')
  await expectTs(studio, MLP, ['0.9000', '0.4000', '0.5000'])
  await expectTs(studio, ATTENTION, ['0.2500', '0.4000', '0.5000'])
  await button(studio, 'Rename').first().click()
  await studio.page.getByLabel('Filter of the lane', { exact: true }).fill('q_proj')
  await button(studio, 'Rename').last().click()
  await expectTs(studio, ATTENTION, ['0.9000', '0.4000', '0.5000'])
  await expectTs(studio, MLP, before)
  await button(studio, 'Remove lane').click()
  await expect(lanes(studio)).toHaveCount(1)
  await expectTs(studio, ATTENTION, ['0.2500', '0.4000', '0.5000'])
  await undoneAndRedone(studio, ATTENTION, ['0.9000', '0.4000', '0.5000'])
})

test('presets, set, add and multiply, mirror, invert and swapped ends change t as they say', async ({ studio }) => {
  await openLzlvTable(studio)
  const { page } = studio
  const operation = page.getByRole('combobox', { name: 'Operation on points' })
  const operand = page.getByRole('textbox', { name: 'Number for the operation' })
  for (const [name, value, expected] of [
    ['Add', '0.1', '[0.35, 0.4, 0.6]'],
    ['Multiply', '0.5', '[0.175, 0.2, 0.3]'],
    ['Set', '0.7', '[0.7, 0.7, 0.7]'],
  ] as const) {
    await operation.selectOption({ label: name })
    await operand.fill(value)
    await button(studio, 'Apply to all').click()
    await expect(studio.gradientList).toHaveValue(expected)
  }
  await expectTs(studio, MLP, ['0.7000', '0.4000', '0.5000'])
  await undoneAndRedone(studio, MLP, ['0.1750', '0.4000', '0.5000'])
  await studio.gradientList.fill('[0.1, 0.2, 0.4]')
  await button(studio, 'Mirror').click()
  await expectTs(studio, MLP, ['0.4000', '0.4000', '0.5000'])
  await button(studio, 'Invert').click()
  await expectTs(studio, MLP, ['0.6000', '0.4000', '0.5000'])
  await button(studio, 'Swap ends').click()
  await expect(page.getByRole('combobox', { name: 'Base model, t 0' })).toHaveValue('models/vela-x')
  await expectTs(studio, MLP, ['0.6000', '0.4000', '0.5000'])
  await button(studio, 'Presets').click()
  await page.getByRole('dialog', { name: 'Presets' }).getByRole('button', { name: /^Ramp/i }).first().click()
  const ramp = JSON.parse(await studio.gradientList.inputValue()) as number[]
  await expect
    .poll(async () => (await tsOf(studio, LAST))[0])
    .toMatch((ramp.at(-1) ?? 0) === 1 ? /copy|passthrough/i : new RegExp((ramp.at(-1) ?? 0).toFixed(4)))
})

test('a stage is added by keyboard, renamed, connected by a drag, and removed', async ({ studio }) => {
  await openLzlvTable(studio)
  const { page } = studio
  const stages = page.getByRole('list', { name: 'Stages' }).getByRole('listitem')
  await button(studio, 'Add stage').focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Add stage' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('third')
  await page.keyboard.press('Enter')
  await expect(stages).toHaveCount(4)
  await expectTs(studio, MLP, ['0.2500', '0.4000', '0.5000', '0.5000'])
  await expect(page.getByRole('textbox', { name: 'Name of the stage' })).toHaveValue('third')
  await page.getByRole('textbox', { name: 'Name of the stage' }).fill('fourth')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: /^Stage fourth/ })).toBeVisible()
  await button(studio, 'Remove stage').click()
  await expect(stages).toHaveCount(3)
  // A line from vela-h's right edge to the upper half of component1: its other model.
  await page.getByRole('button', { name: /^Stage component1/ }).click()
  const model = page.getByRole('listitem').filter({ has: page.getByTitle('models/vela-h', { exact: true }) })
  const from = await model.locator('.port').boundingBox()
  const to = await page.getByRole('button', { name: /^Stage component1/ }).boundingBox()
  if (from === null || to === null) throw new Error('both are on the page')
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2)
  await page.mouse.down()
  await page.mouse.move(to.x + to.width / 2, to.y + 6, { steps: 6 })
  await page.mouse.up()
  await expect(page.getByRole('combobox', { name: 'Other model, t 1' })).toHaveValue('models/vela-h')
  await page.getByRole('textbox', { name: 'Filter tensors' }).fill(MLP)
  const row = page
    .getByRole('table', { name: 'Tensors', exact: true })
    .getByRole('row')
    .filter({ hasText: 'down_proj' })
  await expect(row.first().locator('.col-t').first()).toContainText('vela-h')
  await button(studio, 'Undo').click()
  await expect(row.first().locator('.col-t').first()).toContainText('vela-x')
})

test('one click sets up lzlv with the open models in its three slots, in the dialect of its day', async ({
  studio,
}) => {
  await studio.page.setViewportSize({ width: 1440, height: 900 })
  await studio.open()
  for (const model of modelsOf('lzlv')) await studio.addModel(model)
  await button(studio, 'Set up lzlv').click()
  await studio.showTensors()
  await expect.poll(() => studio.errors()).toEqual([])
  await expectTs(studio, MLP, ['0.2500', '0.4000', '0.5000'])
  // Before March 2025 norm and lm_head took the last value.
  await expectTs(studio, HEAD, ['0.5000', '0.2500', '0.5000'])
  const graph = studio.page.getByRole('list', { name: 'Folder of each model' })
  for (const name of ['vela-m', 'vela-x', 'vela-h']) await expect(graph).toContainText(name)
})

test('another dialect changes t, shows the first one as a ghost and names each tensor that differs; export keeps t for today', async ({
  studio,
}) => {
  await openLzlvTable(studio)
  const { page } = studio
  await expectTs(studio, HEAD, ['0.2500', '0.4000', '0.5000'])
  await page.getByRole('combobox', { name: 'Read as' }).selectOption('mergekit-2023')
  await expectTs(studio, HEAD, ['0.5000', '0.2500', '0.5000'])
  await expect(page.locator('.curve-ghost')).toHaveCount(1)
  await expect(page.locator('.dialect-difference')).toContainText(
    /2 of 57 tensors differ: .*lm_head 0\.25 instead of 0\.50/,
  )
  await page.getByText('Each tensor', { exact: true }).click()
  const differing = page.getByRole('region', { name: 'Tensors that differ' }).getByRole('row')
  await expect(differing).toHaveText(['Tensort heret there', 'norm0.500.25', 'lm_head0.500.25'])
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption('mlx')
  await expect(page.locator('.dialect-difference')).toContainText(/^\d+ of 57 tensors differ/)
  const count = Number((await page.locator('.dialect-difference').innerText()).split(' ')[0])
  expect(count).toBeGreaterThan(2)
  await expect(differing).toHaveCount(count + 1)
  const download = page.waitForEvent('download')
  await button(studio, 'Export').click()
  await button(studio, 'YAML for today’s mergekit').click()
  const exported = readFileSync(await (await download).path(), 'utf8')
  expect(exported).toMatch(/filter: ["']?lm_head/)
  await studio.importRecipe(exported)
  await expect(page.getByRole('combobox', { name: 'Read as' })).toHaveValue('mergekit')
  await expectTs(studio, HEAD, ['0.5000', '0.2500', '0.5000'])
  await expectTs(studio, MLP, ['0.2500', '0.4000', '0.5000'])
})

test('YAML is pasted, edited with an error by its line, exported as it is written; history and a reload bring it back', async ({
  studio,
}) => {
  await openLzlvTable(studio)
  const { page } = studio
  const pasted = recipeOf('lzlv').replace('[0.25, 0.3, 0.5]', '[0.6, 0.3, 0.5] # by hand')
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, pasted)
  await expectTs(studio, MLP, ['0.6000', '0.4000', '0.5000'])
  await button(studio, 'Text').click()
  const text = page.getByRole('textbox', { name: 'Recipe text' })
  const line = pasted.split('\n').findIndex((each) => each.includes('t: 0.5')) + 1
  await text.fill(pasted.replace('t: 0.5', 't: [0.5'))
  await studio.waitForError(new RegExp(`line (${line}|${line + 1})`, 'i'))
  await expectTs(studio, MLP, ['0.6000', '0.4000', '0.5000'])
  await text.fill(pasted.replace('t: 0.5', 't: 0.75'))
  await expectTs(studio, MLP, ['0.6000', '0.4000', '0.7500'])
  await studio.gradientPoints.first().focus()
  await page.keyboard.press('PageUp')
  await expect(text).toHaveValue(/\[0\.7, 0\.3, 0\.5\] # by hand/)
  const download = page.waitForEvent('download')
  await button(studio, 'Export').click()
  await button(studio, 'YAML as written').click()
  expect(readFileSync(await (await download).path(), 'utf8')).toBe(await text.inputValue())
  await button(studio, 'History').click()
  const history = page.getByRole('dialog', { name: 'History' })
  await history.getByRole('textbox', { name: 'Name' }).fill('mine')
  await history.getByRole('button', { name: 'Save' }).click()
  await expect(history.getByRole('button', { name: 'Restore mine' })).toBeVisible()
  await page.keyboard.press('Escape')
  await studio.gradientList.fill('[0.1, 0.1]')
  await expectTs(studio, MLP, ['0.1000', '0.4000', '0.7500'])
  await button(studio, 'History').click()
  await history.getByRole('button', { name: 'Restore mine' }).click()
  await expectTs(studio, MLP, ['0.7000', '0.4000', '0.7500'])
  const kept = await text.inputValue()
  await page.reload()
  await expect(studio.gradientList).toHaveValue('[0.7, 0.3, 0.5]')
  if (!(await text.isVisible())) await button(studio, 'Text').click()
  await expect(text).toHaveValue(kept)
})
