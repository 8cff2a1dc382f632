import { readdirSync } from 'node:fs'
import { CHROMIUM_ARGS } from '../scripts/chromium.mjs'
import { compareWithCase } from './comparator.ts'
import { caseFolder } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { openCase } from './open-case.ts'
import type { Studio } from './studio.ts'

// A browser that finds no GPU adapter: a user's case too.
test.use({ chromiumArgs: CHROMIUM_ARGS.filter((argument) => argument !== '--enable-unsafe-webgpu') })

async function prepare(studio: Studio, output: string): Promise<void> {
  await openCase(studio, 'gradient-slerp')
  await studio.outputFolder(output)
}

test('this browser has no adapter', async ({ studio }) => {
  await studio.open()
  expect(await studio.page.evaluate(async () => (await navigator.gpu?.requestAdapter()) ?? null)).toBeNull()
})

test('Automatic merges in WebAssembly and says why', async ({ studio, makeFolder }) => {
  const output = makeFolder('merged')
  await prepare(studio, output)
  await studio.merge()
  await studio.waitDone()
  expect(compareWithCase(caseFolder('gradient-slerp'), output).failures).toEqual([])
  expect(Object.keys(await studio.tensorsByEngine())).not.toContain('WebGPU')
  await expect(studio.page.getByRole('region', { name: 'Report', exact: true })).toContainText(
    /WebAssembly, because .+\./,
  )
})

test('WebGPU by force does not fall back: one sentence, and nothing is written', async ({ studio, makeFolder }) => {
  const output = makeFolder('merged')
  await prepare(studio, output)
  await studio.setEngine('WebGPU')
  await studio.tryToMerge()
  await studio.waitForError('WebGPU')
  expect(readdirSync(output)).toEqual([])
})
