import { cpSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { prepareLong } from './long-merge.ts'

// A file that changes on disk after it was opened: the browser refuses to read it (NotReadableError), and the page says what to do.

const SENTENCE = /tensor ".+" could not be read because the file was changed, moved or deleted after it was opened/

test('of files without a folder: the merge ends in one sentence with file and tensor', async ({
  studio,
  makeFolder,
}) => {
  const folders = modelsOf('gradient-slerp').map((model) => {
    const copy = makeFolder(basename(model))
    cpSync(model, copy, { recursive: true })
    return copy
  })
  const output = makeFolder('merged')
  await studio.open()
  const [first = '', second = ''] = folders
  await studio.page.getByLabel('Files of a model').setInputFiles(readdirSync(first).map((name) => join(first, name)))
  await studio.addModel(second)
  const recipe = recipeOf('gradient-slerp')
  const [a = '', b = ''] = modelsOf('gradient-slerp').map((model) => basename(model))
  await studio.importRecipe(recipe.replaceAll(`models/${a}`, 'added files').replaceAll(`models/${b}`, basename(second)))
  await studio.outputFolder(output)
  await expect(studio.mergeButton).toBeEnabled()
  studio.sources.clear()
  const weights = readdirSync(first).filter((name) => /\.(safetensors|bin)$/.test(name))
  for (const name of weights) {
    const bytes = readFileSync(join(first, name))
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
    writeFileSync(join(first, name), bytes)
    const later = new Date(statSync(join(first, name)).mtimeMs + 5000)
    utimesSync(join(first, name), later, later)
  }
  await studio.merge()
  await studio.waitForError(SENTENCE, new RegExp(weights.map((name) => name.replaceAll('.', '\\.')).join('|')))
  expect(readdirSync(output)).toEqual([])
})

test('of a folder, in the middle of a merge: one sentence with file and tensor', async ({ studio, makeFolder }) => {
  const [base] = await prepareLong(studio, makeFolder)
  await studio.outputFolder(makeFolder('merged'))
  await studio.merge()
  await studio.page.getByRole('button', { name: 'Pause', exact: true }).click()
  studio.sources.clear()
  const changed = readdirSync(base).filter((name) => name.endsWith('.safetensors'))
  for (const name of changed) {
    const bytes = readFileSync(join(base, name))
    writeFileSync(join(base, name), bytes.fill(7, bytes.length - 64))
    const later = new Date(statSync(join(base, name)).mtimeMs + 5000)
    utimesSync(join(base, name), later, later)
  }
  await studio.page.getByRole('button', { name: 'Resume', exact: true }).click()
  await studio.waitForError(SENTENCE, /\.safetensors/)
})
