import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { axeViolations } from './axe.ts'
import { expect, test } from './fixtures.ts'
import { openLzlv } from './open-case.ts'

/** Wide enough that charts and table are seen at once. */
const WIDE = { width: 2560, height: 1440 }

/** What the depth map's cursor reads out: name of the tensor, and value. */
async function readout(page: Page): Promise<readonly [string, string]> {
  const text = await page.getByRole('figure', { name: 'Depth map' }).getByRole('status').innerText()
  const [name = '', value = ''] = text.replaceAll(/\s/g, ' ').split(': ')
  return [name, value]
}

/** The last stage's cells of the table, by tensor, as they are read. */
async function resultRows(
  page: Page,
): Promise<Map<string, { t: string; angle: string; change: string; share: string }>> {
  const rows = await page
    .getByRole('table', { name: 'Tensors', exact: true })
    .locator('tbody tr')
    .evaluateAll((all) =>
      all.map((row) => {
        const last = (column: string) =>
          [...row.querySelectorAll<HTMLElement>(`.col-${column}`)].at(-1)?.innerText.replaceAll(/\s+/g, ' ').trim() ??
          ''
        const name = row.querySelector<HTMLElement>('.col-name')?.title ?? ''
        return { name, t: last('t'), angle: last('angle'), change: last('drift'), share: last('share') }
      }),
    )
  return new Map(rows.map(({ name, ...cells }) => [name.replace(/^model\./, '').replace(/\.weight$/, ''), cells]))
}

test('what the depth map reads out of each tensor is what the table says, in every view', async ({ studio }) => {
  await openLzlv(studio, WIDE)
  const { page } = studio
  const map = page.getByRole('figure', { name: 'Depth map' })
  const rows = await resultRows(page)
  const chart = map.getByRole('application', { name: 'Depth map' })
  for (const [view, cell] of [
    ['t', 't'],
    ['Angle', 'angle'],
    ['Branch', 't'],
    ['Norm drift', 'change'],
    ['|Difference|', 'change'],
    ['Share', 'share'],
  ] as const) {
    await map.getByRole('radio', { name: view, exact: true }).check({ force: true })
    await chart.focus()
    await page.keyboard.press('Home')
    let compared = 0
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'End']) {
      await page.keyboard.press(key)
      const [name, value] = await readout(page)
      const row = rows.get(name)
      if (row === undefined) continue
      for (const part of value.split(', ')) {
        const shown = view === 'Branch' && part === 'Copied' ? /cop/i : (part.split(' %')[0] ?? part)
        expect(row[cell], `${view} of ${name}`).toMatch(typeof shown === 'string' ? new RegExp(escaped(shown)) : shown)
      }
      compared++
    }
    expect(compared, view).toBeGreaterThan(2)
  }
})

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

test('each chart is saved as an SVG with its tensors’ marks, and as a PNG', async ({ studio }) => {
  await openLzlv(studio, WIDE)
  const { page } = studio
  for (const title of ['Depth map', 'Ancestry', 'Sphere']) {
    for (const [format, magic] of [
      ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"'],
      ['PNG', '\u0089PNG'],
    ] as const) {
      const download = page.waitForEvent('download')
      await page.getByRole('button', { name: `${title} as ${format}` }).click()
      const file = await (await download).path()
      const content = readFileSync(file, 'latin1')
      expect(content.startsWith(magic), `${title} as ${format}`).toBe(true)
      if (format === 'SVG') expect(content.match(/<(rect|path|circle) /g)?.length).toBeGreaterThan(8)
    }
  }
})

test('the sphere says where the result lies, and the stage chosen for the ancestry changes what the charts read out', async ({
  studio,
}) => {
  await openLzlv(studio, WIDE)
  const { page } = studio
  const sphere = page.getByRole('figure', { name: 'Sphere' })
  await expect(sphere.getByRole('status')).toHaveText(
    /^The result lies [\d.]+° from vela-m, [\d.]+° from vela-x, [\d.]+° from vela-h; its norm .+ The models lie/,
  )
  await expect(sphere.getByText(/angles drawn × |to scale/)).toBeVisible()
  const ancestry = page.getByRole('figure', { name: 'Ancestry' })
  await expect(ancestry.getByRole('status')).toContainText('vela-h')
  await ancestry.getByRole('radio', { name: 'component1' }).check({ force: true })
  await expect(ancestry.getByRole('status')).not.toContainText('vela-h')
  expect(await readout(page)).toEqual([expect.any(String), expect.not.stringContaining('vela-h')])
})

test('the table sorts by the angle of a stage and offers mean-centred cosines, named as such', async ({ studio }) => {
  await openLzlv(studio, WIDE)
  const { page } = studio
  const table = studio.tensorTable
  await table.getByRole('button', { name: 'Angle of Result' }).click()
  const angles = async () =>
    [...(await resultRows(page)).values()].map(({ angle }) => Number.parseFloat(angle)).filter(Number.isFinite)
  const found = await angles()
  expect(found.length).toBeGreaterThan(5)
  expect(found).toEqual(found.toSorted((a, b) => a - b))
  await page.getByRole('radio', { name: 'Mean-centred' }).check({ force: true })
  await expect(table.getByRole('button', { name: 'Angle, mean-centred of Result' })).toBeVisible()
  expect(await angles()).not.toEqual(found)
})

test('axe finds nothing with any view of the charts, at any width', async ({ studio }) => {
  // Six looks at the whole page.
  test.slow()
  await openLzlv(studio, WIDE)
  const { page } = studio
  for (const width of [2560, 1440, 1024]) {
    await page.setViewportSize({ width, height: 800 })
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      expect.soft(await axeViolations(page), `${width} ${scheme}`).toEqual([])
    }
  }
})
