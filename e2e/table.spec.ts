import { readFileSync } from 'node:fs'
import { inputReader } from '../test/support/input-elements.ts'
import { readCheckpoint } from './checkpoint-on-disk.ts'
import { CONFORMANCE } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { allAreExact, openCase } from './open-case.ts'
import type { Studio } from './studio.ts'
import { bytesFromTable, type TableTensor } from './table-arithmetic.ts'

async function savedTable(studio: Studio, format: 'JSON' | 'CSV'): Promise<string> {
  const download = studio.page.waitForEvent('download')
  await studio.page.getByRole('button', { name: `Table as ${format}` }).click()
  return readFileSync(await (await download).path(), 'utf8')
}

/** lzlv has three stages with roundings between them; mixed-dtype-first rounds its inputs before anything else. */
for (const name of ['lzlv', 'mixed-dtype-first'])
  test(`the saved table of ${name} and the input files are enough to compute every merged byte`, async ({
    studio,
    makeFolder,
  }) => {
    await studio.page.setViewportSize({ width: 1440, height: 900 })
    await openCase(studio, name)
    const output = makeFolder('merged')
    await studio.outputFolder(output)
    await studio.setEngine('WebAssembly')
    await studio.merge()
    await studio.waitDone()
    await studio.showTensors()
    const { tensors } = JSON.parse(await savedTable(studio, 'JSON')) as { tensors: TableTensor[] }
    const merged = readCheckpoint(output).tensors
    expect(tensors.map((tensor) => tensor.name).toSorted()).toEqual([...merged.keys()].toSorted())
    expect(new Set(tensors.map(({ basis }) => basis))).toEqual(new Set(['merge']))
    const read = await inputReader(CONFORMANCE, tensors)
    const wrong = tensors.filter(
      (tensor) =>
        !Buffer.from(bytesFromTable(tensor, read)).equals(merged.get(tensor.name)?.bytes ?? new Uint8Array(0)),
    )
    expect(wrong.map((tensor) => tensor.name)).toEqual([])
  })

test('a row opens the steps of its tensor: inputs with their rounding, every coefficient in full, every rounding; Copy and CSV say the same', async ({
  studio,
}) => {
  const { page } = studio
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.setViewportSize({ width: 1440, height: 900 })
  await openCase(studio, 'mixed-dtype-first')
  await allAreExact(studio)
  await studio.showTensors()
  const { tensors } = JSON.parse(await savedTable(studio, 'JSON')) as { tensors: TableTensor[] }
  const shown = tensors.find(({ steps, inputs }) => steps.length > 0 && inputs.some(({ round }) => round !== null))
  if (shown === undefined) throw new Error('some inputs are rounded')
  await page.getByRole('textbox', { name: 'Filter tensors' }).fill(shown.name)
  const row = studio.tensorTable.getByRole('button', { name: shown.name })
  await row.focus()
  await page.keyboard.press('Enter')
  const panel = page.getByRole('region', { name: `Steps of ${shown.name}` })
  for (const { model, tensor, dtype, round } of shown.inputs) {
    const line = panel
      .getByRole('table', { name: 'Inputs' })
      .getByRole('row')
      .filter({ hasText: model.split('/').at(-1) })
    await expect(line).toContainText(tensor)
    await expect(line).toContainText(round === null ? `${dtype} as stored` : `${dtype} → rounded to ${round}`)
  }
  const lines = panel.getByRole('table', { name: 'Stages' }).getByRole('row')
  await expect(lines).toHaveCount(shown.steps.length)
  for (const [index, { coefficients, operands, round }] of shown.steps.entries()) {
    for (const [k, operand] of operands.entries()) {
      await expect(lines.nth(index)).toContainText(coefficients[k] === 1 ? operand : `${coefficients[k]} · ${operand}`)
    }
    await expect(lines.nth(index)).toContainText(round === 'F32' ? 'not rounded' : `rounded to ${round}`)
  }
  await panel.getByRole('button', { name: 'Copy' }).click()
  await expect(panel.getByRole('status')).toHaveText('Copied')
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as { tensors: TableTensor[] }
  expect(copied.tensors).toEqual([shown])
  const csv = (await savedTable(studio, 'CSV')).split('\r\n')
  const own = csv.filter((line) => line.startsWith(`${shown.name},`))
  expect(own).toHaveLength(shown.inputs.length + shown.steps.length)
  for (const { coefficients } of shown.steps) expect(own.join('\n')).toContain(coefficients.join(' '))
  await row.click()
  await expect(panel).toBeHidden()
})
