import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Checkpoint, ModelFolder } from '../src/formats/checkpoint.ts'
import { type JsonObject, writeJson } from '../src/formats/json.ts'
import { readJsonObject } from '../src/formats/json-file.ts'
import { parseJsonBytes } from '../src/formats/json-parser.ts'
import { openCheckpoint } from '../src/formats/open-checkpoint.ts'
import { readTensorBytes } from '../src/formats/tensor-bytes.ts'
import { StudioError } from '../src/problem.ts'
import { elementCount } from '../src/tensor/tensor.ts'

/** What a message must hold: a text, or one of several. */
type Mention = string | readonly string[]

interface Entry {
  readonly id: string
  readonly path: string
  readonly kind: string
  readonly expect: 'accept' | 'reject'
  readonly phase: 'open' | 'read' | 'plan'
  readonly why: string
  readonly error_should_mention?: readonly Mention[]
  readonly warn_should_mention?: readonly Mention[]
  readonly budget_ms?: number
  readonly tensors?: Readonly<
    Record<string, { dtype: string; shape: readonly number[]; nbytes: number; sha256: string }>
  >
}

const ROOT = join(dirname(fileURLToPath(import.meta.url)), 'fixtures', 'hostile')
const corpus = JSON.parse(readFileSync(join(ROOT, 'corpus.json'), 'utf8')) as Record<string, Entry[]>
const entries = Object.values(corpus)
  .filter((list) => Array.isArray(list))
  .flat()
const WEIGHTS = ['safetensors', 'torch-zip', 'torch-legacy', 'sharded']

/** NaN and infinities are found when the values are read, in a merge, not when headers are: tested with the merge. */
const WARNED_DURING_MERGE = ['ok-bf16-extremes', 'ok-f16-extremes', 'ok-nan-inf']

function openFolder(path: string): ModelFolder {
  const full = join(ROOT, path)
  const names = statSync(full).isDirectory()
    ? readdirSync(full).filter((name) => statSync(join(full, name)).isFile())
    : []
  const files = names.length > 0 ? names.map((name) => join(full, name)) : [full]
  return {
    name: basename(path),
    files: new Map(files.map((file) => [basename(file), new Blob([readFileSync(file)])])),
  }
}

function mentions(message: string, mention: Mention): boolean {
  const lower = message.toLowerCase()
  return [mention].flat().some((text) => lower.includes(text.toLowerCase()))
}

/** Opens the checkpoint and reads every byte of it, as a merge would. */
async function openAndRead(entry: Entry): Promise<{ checkpoint: Checkpoint; sha256: Map<string, string> }> {
  const checkpoint = await openCheckpoint(openFolder(entry.path))
  const sha256 = new Map<string, string>()
  for (const [name, tensor] of checkpoint.tensors) {
    const bytes = await readTensorBytes(checkpoint.files, tensor, 0, elementCount(tensor.shape))
    sha256.set(name, createHash('sha256').update(bytes).digest('hex'))
  }
  return { checkpoint, sha256 }
}

async function openConfig(entry: Entry): Promise<JsonObject> {
  const name = basename(entry.path)
  return readJsonObject(name, new Blob([readFileSync(join(ROOT, entry.path))]))
}

async function refusal(entry: Entry): Promise<unknown> {
  try {
    await (entry.kind === 'config' ? openConfig(entry) : openAndRead(entry))
    return null
  } catch (cause) {
    return cause
  }
}

const cases = entries.filter((entry) => [...WEIGHTS, 'config'].includes(entry.kind))

describe('every hostile file is refused with an error that names it and what is wrong', () => {
  for (const entry of cases.filter(({ expect }) => expect === 'reject')) {
    it(`${entry.id}: ${entry.why}`, { timeout: entry.budget_ms ?? 5000 }, async () => {
      const cause = await refusal(entry)
      expect(cause).toBeInstanceOf(StudioError)
      const { message } = cause as StudioError
      for (const mention of entry.error_should_mention ?? []) {
        expect(mentions(message, mention), `${JSON.stringify(mention)} in: ${message}`).toBe(true)
      }
      expect(message.length, message).toBeLessThan(600)
    })
  }
})

describe('every unusual but valid file opens, and its bytes come out exactly', () => {
  for (const entry of cases.filter(({ expect, kind }) => expect === 'accept' && kind !== 'config')) {
    it(`${entry.id}: ${entry.why}`, { timeout: entry.budget_ms ?? 5000 }, async () => {
      const { checkpoint, sha256 } = await openAndRead(entry)
      const found = Object.fromEntries(
        [...checkpoint.tensors].map(([name, { dtype, shape, byteLength }]) => [
          `tensor ${name}`,
          { dtype, shape, nbytes: byteLength, sha256: sha256.get(name) },
        ]),
      )
      const expected = Object.entries(entry.tensors ?? {}).map(([name, tensor]) => [`tensor ${name}`, tensor])
      expect(found).toEqual(Object.fromEntries(expected))
      const warnings = checkpoint.problems.map(({ message }) => message).join('\n')
      if (!WARNED_DURING_MERGE.includes(entry.id)) {
        for (const mention of entry.warn_should_mention ?? []) expect(mentions(warnings, mention), warnings).toBe(true)
      }
    })
  }
})

describe('configs', () => {
  for (const entry of cases.filter(({ expect, kind }) => expect === 'accept' && kind === 'config')) {
    it(`${entry.id}: ${entry.why}; written back digit for digit`, async () => {
      const config = await openConfig(entry)
      const rewritten = new TextEncoder().encode(writeJson(config))
      expect(parseJsonBytes(rewritten, 'rewritten')).toEqual(config)
      const digits = (text: string) => text.match(/\d{10,}/g)
      expect(digits(writeJson(config))).toEqual(digits(readFileSync(join(ROOT, entry.path), 'utf8')))
    })
  }
})

it('the corpus leaves the prototype of objects untouched', async () => {
  const before = Object.getOwnPropertyNames(Object.prototype).sort()
  for (const entry of cases) await refusal(entry)
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before)
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})
