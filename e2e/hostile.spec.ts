import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openCheckpoint } from '../src/formats/open-checkpoint.ts'
import { readTensorBytes } from '../src/formats/tensor-bytes.ts'
import { elementCount } from '../src/tensor/tensor.ts'
import { CORPUS, CORPUS_ROOT, type CorpusEntry, mentions } from '../test/support/corpus.ts'
import { readModelFolder } from '../test/support/disk.ts'
import { fileHashes } from './file-hashes.ts'
import { expect, test } from './fixtures.ts'
import type { Studio } from './studio.ts'

// The core of the corpus of hostile files, through the page itself.

const DIST = fileURLToPath(new URL('../dist', import.meta.url))
const WEIGHTS: readonly string[] = ['safetensors', 'torch-zip', 'torch-legacy', 'sharded']
const CORE = CORPUS.filter(({ core }) => core)
const refused = CORE.filter((entry) => entry.expect === 'reject' && WEIGHTS.includes(entry.kind))
const accepted = CORE.filter((entry) => entry.expect === 'accept' && WEIGHTS.includes(entry.kind))

/** A folder on disk with an entry's files; those of an entry that reaches above its folder lie there too. */
function layOut(entry: CorpusEntry, parent: string): string {
  const from = join(CORPUS_ROOT, entry.path)
  if (!statSync(from).isDirectory()) {
    const folder = join(parent, entry.id)
    mkdirSync(folder)
    cpSync(from, join(folder, basename(from)))
    return folder
  }
  const [kind = '', top = '', ...inner] = entry.path.split('/')
  cpSync(join(CORPUS_ROOT, kind, top), join(parent, top), { recursive: true })
  return join(parent, top, ...inner)
}

/** Names of everything that any object inherits. */
function inherited(studio: Studio): Promise<string> {
  return studio.page.evaluate(() =>
    JSON.stringify([Object.getOwnPropertyNames(Object.prototype).sort(), 'polluted' in {}]),
  )
}

async function expectMentions(studio: Studio, entry: CorpusEntry): Promise<void> {
  const isSaid = async () => {
    const errors = (await studio.errors()).join('\n')
    const missing = (entry.error_should_mention ?? []).filter((mention) => !mentions(errors, mention))
    return errors === '' ? 'no error yet' : missing.length === 0 ? true : `${errors} lacks ${JSON.stringify(missing)}`
  }
  await expect.poll(isSaid, { message: `${entry.id}: ${entry.why}`, timeout: 10_000 }).toBe(true)
}

test('every refused model gets its sentence, and nothing else happens', async ({
  studio,
  makeFolder,
  context,
  baseURL,
}) => {
  test.setTimeout(180_000)
  await studio.open()
  const before = await inherited(studio)
  const requests: string[] = []
  const onRequest = (request: { url(): string }) => requests.push(request.url())
  context.on('request', onRequest)
  for (const entry of refused) {
    const parent = makeFolder(entry.id)
    const folder = layOut(entry, parent)
    const hashes = fileHashes(dirname(folder))
    await studio.offerModel(folder)
    await expectMentions(studio, entry)
    await expect(studio.mergeButton).toBeDisabled()
    expect(await inherited(studio)).toBe(before)
    expect(fileHashes(dirname(folder))).toEqual(hashes)
    await studio.page.getByRole('button', { name: /^Remove / }).click()
    await expect(studio.models).toBeHidden()
  }
  context.off('request', onRequest)
  // The charts are loaded when there is a first model, and what is kept for use without a network after the first visit.
  const built = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).map((name) => new URL(name, baseURL).href)
  const own = new Set([...built, baseURL])
  expect(requests.filter((url) => !own.has(url))).toEqual([])
})

for (const entry of accepted)
  test(`${entry.id} is merged byte for byte: ${entry.why}`, async ({ studio, makeFolder }) => {
    const folder = layOut(entry, makeFolder('model'))
    const output = makeFolder('merged')
    await studio.open()
    const before = await inherited(studio)
    await studio.addModel(folder)
    await studio.importRecipe(`merge_method: passthrough\nmodels: [{model: ${JSON.stringify(basename(folder))}}]\n`)
    await studio.outputFolder(output)
    await studio.merge()
    await studio.waitDone()
    expect(await inherited(studio)).toBe(before)
    const merged = await openCheckpoint(readModelFolder(output))
    const found: [string, string][] = []
    for (const tensor of merged.tensors.values()) {
      const bytes = await readTensorBytes(merged.files, tensor, 0, elementCount(tensor.shape))
      found.push([`tensor ${tensor.name}`, createHash('sha256').update(bytes).digest('hex')])
    }
    const expected = Object.entries(entry.tensors ?? {}).map(([name, { sha256 }]) => [`tensor ${name}`, sha256])
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  })

for (const entry of CORE.filter(({ kind }) => kind === 'config' || kind === 'tokenizer'))
  test(`${entry.id}, beside a model, is read and no more: ${entry.why}`, async ({ studio, makeFolder }) => {
    expect(entry.expect).toBe('accept')
    const weights = CORPUS.find(({ id }) => id === 'ok-plain') as CorpusEntry
    const folder = layOut(weights, makeFolder('model'))
    cpSync(join(CORPUS_ROOT, entry.path), join(folder, entry.kind === 'config' ? 'config.json' : 'tokenizer.json'))
    await studio.open()
    const before = await inherited(studio)
    await studio.addModel(folder)
    await expect(studio.models.getByRole('listitem').first()).toContainText('Tensors')
    expect(await studio.errors()).toEqual([])
    expect(await inherited(studio)).toBe(before)
  })

for (const entry of CORE.filter(({ kind }) => kind === 'recipe'))
  test(`${entry.id} is refused as a recipe: ${entry.why}`, async ({ studio, folders }) => {
    expect(entry.expect).toBe('reject')
    await studio.open()
    await folders.drop([join(CORPUS_ROOT, entry.path)])
    await expectMentions(studio, entry)
    await expect(studio.mergeButton).toBeDisabled()
  })

for (const entry of CORE.filter(({ kind }) => kind === 'pair'))
  test(`${entry.id} is refused before anything is written: ${entry.why}`, async ({ studio, makeFolder }) => {
    expect(entry.expect).toBe('reject')
    const folder = layOut(entry, makeFolder('pair'))
    const output = makeFolder('merged')
    await studio.open()
    for (const name of ['a', 'b']) await studio.addModel(join(folder, name))
    await studio.importRecipe(readFileSync(join(folder, 'recipe.yaml'), 'utf8'))
    await studio.outputFolder(output)
    await expectMentions(studio, entry)
    await expect(studio.mergeButton).toBeDisabled()
    expect(readdirSync(output)).toEqual([])
  })

test('the core has entries of every kind, and all of them are tried here', () => {
  const others = CORE.filter(({ kind }) => !WEIGHTS.includes(kind))
  expect(refused.length + accepted.length + others.length).toBe(CORE.length)
  expect(new Set(CORE.map(({ kind }) => kind)).size).toBe(8)
})
