import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeJson } from '../src/formats/json.ts'
import { readJsonObject } from '../src/formats/json-file.ts'
import { parseJsonBytes } from '../src/formats/json-parser.ts'
import { StudioError } from '../src/problem.ts'
import {
  CORPUS,
  CORPUS_ROOT,
  type CorpusEntry,
  filesOf,
  mentions,
  type Opened,
  openAsThePage,
} from './support/corpus.ts'
import { mergeInMemory, planInMemory, valuesOf } from './support/merge-in-memory.ts'

// Every file of the corpus, through the code that the page uses.

/** NaN and infinities are found when the values are read, in a merge, not when headers are: tested with the merge. */
const WARNED_DURING_MERGE = ['ok-bf16-extremes', 'ok-f16-extremes', 'ok-nan-inf']

/** Refused tokenizers and recipes do not refuse the folder they lie in, but what they are needed for. */
function open(entry: CorpusEntry): Promise<Opened | null> {
  return openAsThePage(entry.kind, filesOf(entry), basename(entry.path))
}

async function refusal(entry: CorpusEntry): Promise<unknown> {
  try {
    await open(entry)
    return null
  } catch (cause) {
    return cause
  }
}

const before = Object.getOwnPropertyNames(Object.prototype).sort()

function expectCleanPrototype(): void {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
}

describe('every hostile file is refused with an error that names it and what is wrong', () => {
  for (const entry of CORPUS.filter(({ expect }) => expect === 'reject')) {
    it(`${entry.id}: ${entry.why}`, { timeout: entry.budget_ms ?? 5000 }, async () => {
      const cause = await refusal(entry)
      expect(cause).toBeInstanceOf(StudioError)
      const { message } = cause as StudioError
      for (const mention of entry.error_should_mention ?? []) {
        expect(mentions(message, mention), `${JSON.stringify(mention)} in: ${message}`).toBe(true)
      }
      expect(message.length, message).toBeLessThan(1000)
      expectCleanPrototype()
    })
  }
})

describe('every unusual but valid file opens, and its bytes come out exactly', () => {
  for (const entry of CORPUS.filter(({ expect }) => expect === 'accept')) {
    it(`${entry.id}: ${entry.why}`, { timeout: entry.budget_ms ?? 5000 }, async () => {
      const opened = await open(entry)
      if (entry.tensors !== undefined) {
        const found = [...(opened?.checkpoint.tensors ?? [])].map(([name, { dtype, shape, byteLength }]) => [
          `tensor ${name}`,
          { dtype, shape, nbytes: byteLength, sha256: opened?.sha256.get(name) },
        ])
        const expected = Object.entries(entry.tensors).map(([name, tensor]) => [`tensor ${name}`, tensor])
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
      }
      for (const rule of entry.must ?? []) expectRule(rule, opened)
      if (!WARNED_DURING_MERGE.includes(entry.id)) {
        const warnings = opened?.warnings.join('\n') ?? ''
        for (const mention of entry.warn_should_mention ?? []) expect(mentions(warnings, mention), warnings).toBe(true)
      }
      expectCleanPrototype()
    })
  }
})

/** Rules of other names are what all entries are held to: names, bytes, the prototype. */
function expectRule(rule: string, opened: Opened | null): void {
  const vocabulary = opened?.checkpoint.vocabulary
  const [key, value] = rule.split('=') as [string, string?]
  if (key === 'vocab_size') expect(vocabulary?.size).toBe(Number(value))
  else if (key.startsWith('id_of:')) expect(vocabulary?.ids.get(key.slice('id_of:'.length))).toBe(Number(value))
}

describe('pairs', () => {
  for (const entry of CORPUS.filter(({ expect, kind }) => expect === 'accept' && kind === 'pair')) {
    it(`${entry.id}: ${entry.why}; merged to what it must be`, async () => {
      const files = filesOf(entry)
      const folders = ['a', 'b'].map((name) => ({
        name,
        files: new Map(
          [...files]
            .filter(([path]) => path.startsWith(`${name}/`))
            .map(([path, bytes]) => [path.slice(2), new Blob([bytes])] as const),
        ),
      }))
      const { checkpoint } = await mergeInMemory(new TextDecoder().decode(files.get('recipe.yaml')), folders)
      const merged: string[] = []
      for (const [name, { dtype }] of checkpoint.tensors)
        merged.push(`merged:${name}=${dtype}[${(await valuesOf(checkpoint, name)).join(',')}]`)
      expect(merged).toEqual(expect.arrayContaining([...(entry.must ?? [])]))
    })
  }
})

it('tensors of dtypes that are only copied are refused by name where a recipe computes with them', async () => {
  const entry = CORPUS.find(({ must }) => must?.includes('arithmetic_refused_naming_dtype') === true) as CorpusEntry
  const files = new Map([...filesOf(entry)].map(([name, bytes]) => [name, new Blob([bytes])]))
  const folders = ['a', 'b'].map((name) => ({ name, files }))
  const { plan } = await planInMemory(
    'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.5}\ndtype: float16\n',
    folders,
  )
  const errors = plan.problems.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  const dtypes = new Set(Object.values(entry.tensors ?? {}).map(({ dtype }) => dtype))
  for (const dtype of dtypes) expect(errors.join('\n')).toContain(dtype)
})

describe('configs', () => {
  for (const entry of CORPUS.filter(({ expect, kind }) => expect === 'accept' && kind === 'config')) {
    it(`${entry.id}: ${entry.why}; written back digit for digit`, async () => {
      const text = readFileSync(join(CORPUS_ROOT, entry.path))
      const config = await readJsonObject(basename(entry.path), new Blob([text]))
      const rewritten = new TextEncoder().encode(writeJson(config))
      expect(parseJsonBytes(rewritten, 'rewritten')).toEqual(config)
      const digits = (json: string) => json.match(/\d{10,}/g)
      expect(digits(writeJson(config))).toEqual(digits(text.toString()))
    })
  }
})

it('every kind of the corpus is here, and as many entries as it has', () => {
  expect(CORPUS.length).toBe(172)
  expect(new Set(CORPUS.map(({ kind }) => kind)).size).toBe(8)
})
