import { axeViolations } from './axe.ts'
import { expect, test } from './fixtures.ts'
import { openLzlvTable } from './open-case.ts'
import type { Studio } from './studio.ts'

/** What the table says of a tensor: the t of each stage. */
async function tableRow(studio: Studio, tensor: string): Promise<string> {
  const table = studio.tensorTable
  const row = table.getByRole('row').filter({ has: studio.page.getByTitle(tensor, { exact: true }) })
  return (await row.innerText()).replaceAll(/\s+/g, ' ')
}

test('a point dragged by the mouse changes the table while it moves, the text when it ends, and is one step of undo', async ({
  studio,
}) => {
  await openLzlvTable(studio)
  const { mouse } = studio.page
  const before = await tableRow(studio, 'model.layers.0.mlp.down_proj.weight')
  expect(before).toContain('0.2500')
  const box = await studio.gradientPoints.first().boundingBox()
  if (box === null) throw new Error('the point is on the page')
  await mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await mouse.down()
  for (let step = 1; step <= 10; step++) await mouse.move(box.x + box.width / 2, box.y + box.height / 2 - 4 * step)
  // The button is still down: the document follows when the hand rests (what is painted until then, drag.spec.ts looks at).
  const readT = async (): Promise<number> => Number(await studio.gradientPoints.first().getAttribute('aria-valuenow'))
  const followed = async (): Promise<boolean> => {
    const t = await readT()
    return t > 0.35 && (await tableRow(studio, 'model.layers.0.mlp.down_proj.weight')).includes(t.toFixed(4))
  }
  await expect.poll(followed).toBe(true)
  await mouse.up()
  await expect(studio.gradientList).not.toHaveValue('[0.25, 0.3, 0.5]')
  const t = await readT()
  await expect(studio.gradientList).toHaveValue(`[${t}, 0.3, 0.5]`)
  await studio.page.getByRole('button', { name: 'Undo' }).click()
  await expect(studio.gradientList).toHaveValue('[0.25, 0.3, 0.5]')
  expect(await tableRow(studio, 'model.layers.0.mlp.down_proj.weight')).toBe(before)
  await studio.page.getByRole('button', { name: 'Redo' }).click()
  await expect(studio.gradientList).toHaveValue(`[${t}, 0.3, 0.5]`)
})

test('the keyboard nudges, adds and removes points, and the table follows', async ({ studio }) => {
  await openLzlvTable(studio)
  const { keyboard } = studio.page
  await studio.gradientPoints.first().focus()
  await keyboard.press('ArrowUp')
  await keyboard.press('Shift+ArrowUp')
  await keyboard.press('Alt+ArrowUp')
  await expect(studio.gradientList).toHaveValue('[0.361, 0.3, 0.5]')
  await expect(studio.gradientPoints.first()).toHaveAttribute('aria-valuetext', /^0\.361 at layer 0: mostly vela-m/)
  await expect.poll(() => tableRow(studio, 'model.layers.0.mlp.down_proj.weight')).toContain('0.3610')
  await keyboard.press('Insert')
  await expect(studio.gradientPoints).toHaveCount(4)
  await keyboard.press('Delete')
  await expect(studio.gradientPoints).toHaveCount(3)
  await expect(studio.gradientList).toHaveValue('[0.361, 0.3, 0.5]')
  await keyboard.press('Control+z')
  await expect(studio.gradientPoints).toHaveCount(4)
})

test('lm_head moved by key gets a lane of its own, and the layers keep their t', async ({ studio }) => {
  await openLzlvTable(studio)
  await studio.page.getByRole('slider', { name: 't of lm_head' }).focus()
  await studio.page.keyboard.press('End')
  await expect(studio.page.getByRole('list', { name: 'Lanes of t' }).getByRole('listitem')).toHaveCount(2)
  await expect(studio.gradientList).toHaveValue('[0.25, 0.3, 0.5]')
})

test('a double click adds a point', async ({ studio }) => {
  await openLzlvTable(studio)
  const [a, b] = [await studio.gradientPoints.nth(1).boundingBox(), await studio.gradientPoints.nth(2).boundingBox()]
  if (a === null || b === null) throw new Error('the points are on the page')
  await studio.page.mouse.dblclick((a.x + b.x) / 2, a.y - 40)
  await expect(studio.gradientPoints).toHaveCount(4)
})

test('a typed list moves the points with its exact numbers, and text with an error keeps the last good curve', async ({
  studio,
}) => {
  await openLzlvTable(studio)
  await studio.gradientList.fill('[0.123456789, 1]')
  await expect(studio.gradientPoints).toHaveCount(2)
  await studio.page.getByRole('button', { name: 'Text', exact: true }).click()
  const text = studio.page.getByRole('textbox', { name: 'Recipe text' })
  await expect(text).toHaveValue(/\[0\.123456789, 1\]/)
  const good = await text.inputValue()
  await text.fill(good.replace('merge_method: slerp', 'merge_method: [slerp'))
  await studio.waitForError(/line|YAML|readable/)
  await expect(studio.gradientPoints).toHaveCount(2)
  await studio.page.getByRole('button', { name: 'Go back to it' }).click()
  await expect(text).toHaveValue(good)
})

test('a link gives the recipe to another page, which asks before it takes the place of unsaved work', async ({
  studio,
}) => {
  await openLzlvTable(studio)
  await studio.page.getByRole('button', { name: 'Share' }).click()
  const field = studio.page.getByRole('textbox', { name: 'Link to this recipe' })
  await expect(field).toHaveValue(/#recipe=/)
  const link = await field.inputValue()
  await studio.page.keyboard.press('Escape')
  await studio.gradientList.fill('[0.9, 0.1]')
  await studio.page.evaluate((hash) => {
    location.hash = hash
  }, new URL(link).hash)
  await studio.page.getByRole('button', { name: 'Open recipe' }).click()
  await expect(studio.gradientList).toHaveValue('[0.25, 0.3, 0.5]')
  await studio.page.getByRole('button', { name: 'History' }).click()
  await expect(studio.page.getByRole('list', { name: 'Saved recipes' }).getByRole('listitem')).toHaveCount(1)
})

for (const scheme of ['light', 'dark'] as const)
  test(`axe finds nothing in the ${scheme} editor, its menus and its dialogs`, async ({ studio }) => {
    // Axe looks at the whole page several times.
    test.slow()
    await studio.page.emulateMedia({ colorScheme: scheme })
    await openLzlvTable(studio)
    const check = async (state: string): Promise<void> => {
      expect.soft(await axeViolations(studio.page), state).toEqual([])
    }
    await check('curve')
    for (const name of ['Presets', 'History', 'Add stage', 'Export']) {
      await studio.page.getByRole('button', { name, exact: true }).click()
      await check(name)
      await studio.page.keyboard.press('Escape')
    }
  })
