import { beforeEach, expect, test } from 'vitest'
import lzlv from '../../test/fixtures/conformance/cases/lzlv/recipe.yml?raw'
import { newPartial } from '../writer/partial.ts'
import { editCard } from './card.ts'
import { takeRecipe } from './continue.ts'
import { openFolder, removeModel } from './models.ts'
import { chooseFolder, importRecipe, nameRecipe, setRecipeText } from './recipe.ts'
import { cancelMerge, startMerge, whyNoMerge } from './run.ts'
import { setSettings } from './settings.ts'
import { DEFAULT_SETTINGS, useStudio } from './studio.ts'

const FIXTURES = import.meta.glob<string>('../../test/fixtures/conformance/models/vela-*/*', {
  query: '?url',
  import: 'default',
  eager: true,
})

let root: FileSystemDirectoryHandle

beforeEach(async () => {
  const storage = await navigator.storage.getDirectory()
  await storage.removeEntry('studio', { recursive: true }).catch(() => undefined)
  root = await storage.getDirectoryHandle('studio', { create: true })
  for (const model of useStudio.getState().models) await removeModel(model.id)
  useStudio.setState({
    run: { phase: 'idle' },
    output: { phase: 'none' },
    chosen: new Map(),
    settings: DEFAULT_SETTINGS,
  })
  setRecipeText('')
})

/** Copies a fixture to a folder of the browser's own storage, under a name of the test's choice. */
async function copyModel(model: string, name = model): Promise<FileSystemDirectoryHandle> {
  const folder = await root.getDirectoryHandle(name, { create: true })
  for (const [path, url] of Object.entries(FIXTURES)) {
    const [directory, file] = path.split('/').slice(-2)
    if (directory !== model || file === undefined) continue
    const writable = await (await folder.getFileHandle(file, { create: true })).createWritable()
    await writable.write(await (await fetch(url)).arrayBuffer())
    await writable.close()
  }
  return folder
}

async function openAll(): Promise<void> {
  for (const model of ['vela-m', 'vela-x', 'vela-h']) await openFolder(await copyModel(model))
}

async function outputFolder(): Promise<FileSystemDirectoryHandle> {
  const handle = await root.getDirectoryHandle('out', { create: true })
  useStudio.setState({ output: { phase: 'ready', handle } })
  return handle
}

async function namesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = []
  for await (const name of folder.keys()) names.push(name)
  return names
}

function errors(): readonly string[] {
  return useStudio
    .getState()
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ message }) => message)
}

test('a recipe is planned as soon as the folders of all its models are open', async () => {
  expect(importRecipe(lzlv)).toEqual([])
  expect(errors()).toHaveLength(3)
  expect(errors()[0]).toContain('models/vela-m')
  expect(whyNoMerge(useStudio.getState())).toBe('3 errors are left under Problems.')
  await openAll()
  expect(errors()).toEqual([])
  expect(useStudio.getState().plan?.totals.tensors).toBe(57)
  expect(whyNoMerge(useStudio.getState())).toBe('Choose an output folder.')
})

test('a model without a folder of its name is planned with the folder chosen by hand', async () => {
  for (const model of ['vela-m', 'vela-x']) await openFolder(await copyModel(model))
  await openFolder(await copyModel('vela-h', 'hermes'))
  importRecipe(lzlv)
  expect(useStudio.getState().plan).toBeNull()
  const hermes = useStudio.getState().models.find(({ name }) => name === 'hermes')
  chooseFolder('models/vela-h', hermes?.id ?? null)
  expect(useStudio.getState().plan?.checkpoints.map(({ name }) => name)).toContain('hermes')
  await removeModel(hermes?.id ?? -1)
  expect(useStudio.getState().plan).toBeNull()
})

test('text that is no recipe is not imported, and the recipe before it stays', () => {
  importRecipe(lzlv)
  expect(importRecipe('merge_method: slerp\nmodels: 3\n')[0]).toMatch(/^Line 2: /)
  expect(importRecipe('  ')).toHaveLength(1)
  expect(useStudio.getState().recipeText).toBe(lzlv)
})

test('a size that is none is an error that keeps the plan away', async () => {
  await openAll()
  importRecipe(lzlv)
  setSettings({ shardSize: 'five' })
  expect(errors()).toEqual(['The shard size “five” is not a size; write for example 5GB or 500MB, or leave it empty.'])
  expect(useStudio.getState().plan).toBeNull()
  setSettings({ shardSize: '100kB' })
  expect(useStudio.getState().plan?.shards.length).toBeGreaterThan(1)
})

test('a merge runs to its end, and the next one needs a folder of its own', async () => {
  await openAll()
  importRecipe(lzlv)
  const output = await outputFolder()
  expect(whyNoMerge(useStudio.getState())).toBeNull()
  await startMerge()
  const { run, output: after } = useStudio.getState()
  expect(run.phase === 'failed' ? run.message : run.phase).toBe('done')
  expect(run.phase === 'done' && run.report.tensors.length).toBe(57)
  expect(after.phase).toBe('none')
  const names = await namesIn(output)
  expect(names).toContain('model.safetensors.index.json')
})

test('a cancelled merge says so and leaves an empty folder usable', async () => {
  await openAll()
  importRecipe(lzlv)
  const output = await outputFolder()
  const ended = startMerge()
  await expect.poll(() => useStudio.getState().run.phase).toBe('running')
  cancelMerge()
  await ended
  expect(useStudio.getState().run).toEqual({ phase: 'cancelled', filesLeft: false })
  expect(await namesIn(output)).toEqual([])
  expect(useStudio.getState().output.phase).toBe('ready')
})

test('a folder that filled up after it was chosen is refused when Merge is pressed', async () => {
  await openAll()
  importRecipe(lzlv)
  const output = await outputFolder()
  await output.getFileHandle('thesis.doc', { create: true })
  await startMerge()
  expect(useStudio.getState().run.phase).toBe('idle')
  expect(useStudio.getState().output).toMatchObject({
    phase: 'refused',
    message: expect.stringContaining('thesis.doc'),
  })
})

test('a model that could not be opened is named with its reason where the recipe needs it', async () => {
  const folder = await root.getDirectoryHandle('vela-h', { create: true })
  await folder.getFileHandle('model.safetensors', { create: true })
  await openFolder(folder)
  importRecipe(lzlv)
  expect(errors().find((message) => message.includes('models/vela-h'))).toContain('model.safetensors')
})

test('Continue takes what was written for the card when the merge began, but not over what was written since', async () => {
  await openAll()
  importRecipe(lzlv)
  nameRecipe('Night blend')
  editCard({ notes: 'By hand.' })
  const { plan } = useStudio.getState()
  if (plan === null) throw new Error('there is a plan')
  const record = newPartial(plan, '0'.repeat(32))
  expect(record.settings.card).toMatchObject({ title: 'Night blend', notes: 'By hand.' })

  // The same recipe in another profile, with nothing written.
  importRecipe(lzlv)
  expect(useStudio.getState().settings.card.notes).toBeNull()
  takeRecipe(record)
  expect(useStudio.getState().recipeName).toBe('Night blend')
  expect(useStudio.getState().plan?.settings.card).toEqual(record.settings.card)
  expect(useStudio.getState().plan?.fingerprint).toEqual(plan.fingerprint)

  editCard({ notes: 'By hand, twice.' })
  takeRecipe(record)
  expect(useStudio.getState().settings.card.notes).toBe('By hand, twice.')

  // Another recipe gives way to that of the merge, and so does its card.
  importRecipe(lzlv.replace('0.25', '0.26'), 'Other')
  takeRecipe(record)
  expect(useStudio.getState().recipeText).toBe(lzlv)
  expect(useStudio.getState().recipeName).toBe('Night blend')
})

test('a model that the recipe does not name, and another card, leave the plan’s tensors as they are', async () => {
  await openAll()
  importRecipe(lzlv)
  const { plan } = useStudio.getState()
  await openFolder(await copyModel('vela-m', 'beside'))
  expect(useStudio.getState().plan).toBe(plan)
  editCard({ introduction: 'Hello.' })
  expect(useStudio.getState().plan?.jobs).toBe(plan?.jobs)
  expect(useStudio.getState().plan).not.toBe(plan)
})
