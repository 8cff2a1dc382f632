import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Checkpoint, ModelFolder } from '../../src/formats/checkpoint.ts'
import { openCheckpoint } from '../../src/formats/open-checkpoint.ts'
import { readTensorBytes } from '../../src/formats/tensor-bytes.ts'
import { readVocabulary } from '../../src/formats/tokenizer.ts'
import { CheckedRecords } from '../../src/merge/checked-records.ts'
import { Gate } from '../../src/merge/gate.ts'
import { watchFiles } from '../../src/merge/watched-files.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { planMerge } from '../../src/plan/plan-merge.ts'
import { StudioError } from '../../src/problem.ts'
import { parseRecipe } from '../../src/recipe/index.ts'
import { elementCount } from '../../src/tensor/tensor.ts'
import { SETTINGS } from './settings.ts'

/** What a message must hold: a text, or one of several. */
export type Mention = string | readonly string[]

/** An entry of the corpus of hostile files (test/fixtures/hostile/corpus.json). */
export interface CorpusEntry {
  readonly id: string
  readonly path: string
  readonly kind: 'safetensors' | 'torch-zip' | 'torch-legacy' | 'sharded' | 'config' | 'tokenizer' | 'recipe' | 'pair'
  readonly expect: 'accept' | 'reject'
  readonly phase: 'open' | 'read' | 'plan'
  readonly why: string
  /** True for the entries that are tried through the page too. */
  readonly core: boolean
  readonly error_should_mention?: readonly Mention[]
  readonly warn_should_mention?: readonly Mention[]
  readonly must?: readonly string[]
  readonly budget_ms?: number
  readonly tensors?: Readonly<
    Record<string, { dtype: string; shape: readonly number[]; nbytes: number; sha256: string }>
  >
}

export const CORPUS_ROOT = fileURLToPath(new URL('../fixtures/hostile', import.meta.url))

export const CORPUS = (
  JSON.parse(readFileSync(join(CORPUS_ROOT, 'corpus.json'), 'utf8')) as { readonly entries: readonly CorpusEntry[] }
).entries

export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>

/** The files of an entry by their path below it; a single file has its own name. Folders beside a model's files are left out, as the page does. */
export function filesOf({ path, kind }: Pick<CorpusEntry, 'path' | 'kind'>): Files {
  const full = join(CORPUS_ROOT, path)
  if (!statSync(full).isDirectory()) return new Map([[basename(path), new Uint8Array(readFileSync(full))]])
  const names = readdirSync(full, { recursive: kind === 'pair', encoding: 'utf8' }).sort()
  return new Map(
    names
      .filter((name) => statSync(join(full, name)).isFile())
      .map((name) => [name, new Uint8Array(readFileSync(join(full, name)))]),
  )
}

export function mentions(message: string, mention: Mention): boolean {
  const lower = message.toLowerCase()
  return [mention].flat().some((text) => lower.includes(text.toLowerCase()))
}

export interface Opened {
  readonly checkpoint: Checkpoint
  readonly plan: Plan | null
  readonly warnings: readonly string[]
  /** SHA-256 of each tensor's bytes, by its name. */
  readonly sha256: ReadonlyMap<string, string>
}

/**
 * Takes files as the page does: opens the checkpoint, reads its tokenizer, reads every tensor with the checks of a merge. A config or a
 * tokenizer comes with weights, a recipe with the models that it names, a pair with its own recipe.
 * @throws StudioError where the page refuses them
 */
export async function openAsThePage(kind: CorpusEntry['kind'], files: Files, folder: string): Promise<Opened | null> {
  const blobs = (part: Files) => new Map([...part].map(([name, bytes]) => [name, new Blob([bytes])] as const))
  switch (kind) {
    case 'recipe':
      for (const [name, bytes] of files) readRecipe(name, new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
      return null
    case 'config':
      return openModel({ name: folder, files: new Map([...blobs(renamed(files, 'config.json')), ...WEIGHTS]) }, files)
    case 'tokenizer':
      return openModel(
        { name: folder, files: new Map([...blobs(renamed(files, 'tokenizer.json')), ...WEIGHTS]) },
        files,
      )
    case 'pair':
      return openPair(files)
    default:
      return openModel({ name: folder, files: blobs(files) }, files)
  }
}

/** A model for what is no model: one tensor. */
const WEIGHTS = [['model.safetensors', new Blob([filesOfId('ok-plain')])]] as const

function filesOfId(id: string): Uint8Array<ArrayBuffer> {
  const entry = CORPUS.find((other) => other.id === id)
  const [bytes] = entry === undefined ? [] : filesOf(entry).values()
  if (bytes === undefined) throw new Error(`the corpus has no file ${id}`)
  return bytes
}

function renamed(files: Files, name: string): Files {
  return new Map([...files.values()].map((bytes) => [name, bytes]))
}

function readRecipe(name: string, text: string) {
  const { recipe, problems } = parseRecipe(text, name)
  if (recipe === null) throw new StudioError(problems.map(({ where, message }) => `${where}: ${message}`).join('\n'))
  return recipe
}

/** @param files under their own names, which messages are told in */
async function openModel(folder: ModelFolder, files: Files): Promise<Opened> {
  try {
    const checkpoint = await openCheckpoint(folder)
    const vocabulary = await readVocabulary(checkpoint.sidecars)
    const sha256 = await readAll({ ...checkpoint, vocabulary })
    const warnings = checkpoint.problems.map(({ message }) => message)
    return { checkpoint: { ...checkpoint, vocabulary }, plan: null, warnings, sha256 }
  } catch (cause) {
    const [own] = files.keys()
    const given = [...folder.files.keys()].find((name) => !files.has(name) && name !== 'model.safetensors')
    if (!(cause instanceof StudioError) || given === undefined || own === undefined) throw cause
    throw new StudioError(cause.message.replaceAll(given, own), { cause })
  }
}

async function readAll(checkpoint: Checkpoint): Promise<Map<string, string>> {
  const sha256 = new Map<string, string>()
  const sources = [...checkpoint.tensors.values()].map((tensor) => ({ checkpoint: 0, tensor }))
  const signal = new AbortController().signal
  const records = new CheckedRecords({ jobs: [{ sources }] })
  const job = { name: checkpoint.name, kind: 'resident', sources } as const
  const watched = watchFiles(job, [checkpoint.files], new Gate(), signal, records)
  for (const { tensor } of sources) {
    const bytes = await readTensorBytes(watched[0] ?? [], tensor, 0, elementCount(tensor.shape))
    sha256.set(tensor.name, createHash('sha256').update(bytes).digest('hex'))
  }
  await records.check(job, watched, signal)
  return sha256
}

async function openPair(files: Files): Promise<Opened> {
  const opened: Opened[] = []
  for (const name of ['a', 'b']) {
    const own = [...files].filter(([path]) => path.startsWith(`${name}/`))
    const blobs = own.map(([path, bytes]) => [path.slice(2), new Blob([bytes])] as const)
    opened.push(await openModel({ name, files: new Map(blobs) }, new Map(blobs.map(([path]) => [path, EMPTY]))))
  }
  const recipe = readRecipe('recipe.yaml', new TextDecoder().decode(files.get('recipe.yaml')))
  const plan = planMerge(recipe, new Map(opened.map(({ checkpoint }) => [checkpoint.name, checkpoint])), SETTINGS)
  const errors = plan.problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new StudioError(errors.map(({ message }) => message).join('\n'))
  const [first] = opened
  if (first === undefined) throw new Error('a pair has two models')
  return { ...first, plan, warnings: plan.problems.map(({ message }) => message) }
}

const EMPTY = new Uint8Array(0)
