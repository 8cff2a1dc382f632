import { describe, expect, test } from 'vitest'
import { createReferenceEngine } from '../src/engine/reference.ts'
import type { Sink } from '../src/files/sink.ts'
import type { WeightFile } from '../src/formats/checkpoint.ts'
import { mergePlan } from '../src/merge/merge-plan.ts'
import type { MergeReport } from '../src/merge/report.ts'
import { StudioError } from '../src/problem.ts'
import { memorySink, planInMemory } from './support/merge-in-memory.ts'
import { llama } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

/** SQLite's method: fail the k-th operation of each kind, for every k, until a merge gets through without meeting it. */

const RECIPE =
  'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.4}\ndtype: bfloat16\n'

type Operation = 'read' | 'create' | 'write' | 'close' | 're-read'

/** Counts operations and fails the k-th of one kind. */
class Trap {
  hits = 0
  readonly #kind: Operation
  readonly #k: number

  constructor(kind: Operation, k: number) {
    this.#kind = kind
    this.#k = k
  }

  pass(kind: Operation): void {
    if (kind === this.#kind && ++this.hits === this.#k) throw new StudioError(`the ${kind} number ${this.#k} failed`)
  }
}

function trapped(sink: ReturnType<typeof memorySink>, trap: Trap, aborted: Set<string>): Sink {
  return {
    ...sink,
    create: async (name) => {
      trap.pass('create')
      const file = await sink.create(name)
      return {
        write: async (position, data) => {
          trap.pass('write')
          await file.write(position, data)
        },
        close: async () => {
          trap.pass('close')
          await file.close()
        },
        abort: async () => {
          aborted.add(name)
          await file.abort()
        },
      }
    },
    open: async (name) => {
      trap.pass('re-read')
      return sink.open(name)
    },
  }
}

/** A file whose reads can fail, as the browser's do when the file behind it changes. */
function trappedFile({ name, blob }: WeightFile, trap: Trap): WeightFile {
  const slice = (from?: number, to?: number): Blob => {
    const part = blob.slice(from, to)
    part.arrayBuffer = async () => {
      trap.pass('read')
      return Blob.prototype.arrayBuffer.call(part)
    }
    return part
  }
  return { name, blob: Object.assign(blob.slice(), { slice }) }
}

async function mergeWith(trap: Trap): Promise<{ report: MergeReport | null; failure: unknown; left: string[] }> {
  const { plan, opened } = await planInMemory(RECIPE, [llama('a', {}), llama('b', {})], {
    ...SETTINGS,
    shardBytes: 700,
  })
  expect(plan.shards.length).toBeGreaterThan(3)
  const sink = memorySink()
  const outcome = await mergePlan({
    plan,
    inputs: opened.map(({ files, sidecars }) => ({ files: files.map((file) => trappedFile(file, trap)), sidecars })),
    sink: trapped(sink, trap, new Set()),
    engine: createReferenceEngine(),
    engineReason: '',
    verify: true,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  }).then(
    (report) => ({ report, failure: null }),
    (failure: unknown) => ({ report: null, failure }),
  )
  return { ...outcome, left: [...sink.files.keys()] }
}

describe.each<Operation>(['read', 'create', 'write', 'close', 're-read'])('a failing %s', (kind) => {
  test('ends the merge in its own words and leaves the folder empty, whichever it is', {
    timeout: 60_000,
  }, async () => {
    for (let k = 1; ; k++) {
      const trap = new Trap(kind, k)
      const { report, failure, left } = await mergeWith(trap)
      if (trap.hits < k) {
        expect(k).toBeGreaterThan(4)
        expect(failure).toBeNull()
        expect(report?.verifiedShards).toBeGreaterThan(3)
        return
      }
      expect((failure as Error).message).toBe(`the ${kind} number ${k} failed`)
      expect(left).toEqual([])
    }
  })
})

test('a folder that is not empty is refused before anything is written', async () => {
  const { plan, opened } = await planInMemory(RECIPE, [llama('a', {}), llama('b', {})])
  const sink = memorySink()
  sink.files.set('thesis.txt', new Uint8Array(3))
  await expect(
    mergePlan({
      plan,
      inputs: opened,
      sink,
      engine: createReferenceEngine(),
      engineReason: '',
      verify: true,
      onProgress: () => undefined,
      signal: new AbortController().signal,
    }),
  ).rejects.toThrow(/not empty \(it has thesis\.txt\)/)
  expect([...sink.files.keys()]).toEqual(['thesis.txt'])
})

test('a cancelled merge leaves the folder empty', async () => {
  const { plan, opened } = await planInMemory(RECIPE, [llama('a', {}), llama('b', {})])
  const sink = memorySink()
  const cancel = new AbortController()
  const merging = mergePlan({
    plan,
    inputs: opened,
    sink,
    engine: createReferenceEngine(),
    engineReason: '',
    verify: true,
    onProgress: ({ tensorsDone }) => {
      if (tensorsDone === 3) cancel.abort()
    },
    signal: cancel.signal,
  })
  await expect(merging).rejects.toMatchObject({ name: 'AbortError' })
  expect([...sink.files.keys()]).toEqual([])
})
