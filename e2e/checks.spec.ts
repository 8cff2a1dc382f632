import { fileHashes } from './file-hashes.ts'
import { expect, test } from './fixtures.ts'
import { openCase } from './open-case.ts'

test('a finished merge is hashed and proved on request', async ({ studio, makeFolder }) => {
  const output = makeFolder('merged')
  await openCase(studio, 'lzlv')
  await studio.setEngine('WebAssembly')
  await studio.outputFolder(output)
  await studio.merge()
  await studio.waitDone()
  const { page } = studio
  await page.getByRole('button', { name: 'SHA-256 of the files' }).click()
  const hashes = page.getByRole('table', { name: 'SHA-256' })
  await expect(hashes).toBeVisible()
  for (const [name, hash] of Object.entries(fileHashes(output)))
    await expect(hashes.getByRole('row').filter({ hasText: name }).first()).toContainText(hash)
  await page.getByRole('button', { name: 'Prove it' }).click()
  const summary = page.getByRole('status').filter({ hasText: 'tensors recomputed' })
  await expect(summary).toBeVisible()
  const words = await summary.innerText()
  expect(words).toMatch(/^8 tensors recomputed; largest difference (0|0?\.?\d+|1\.0) ulp$/)
  await expect(page.getByRole('table', { name: 'Recomputed in float64' }).getByRole('row')).toHaveCount(9)
})
