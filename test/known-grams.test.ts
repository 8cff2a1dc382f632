import { describe, expect, test } from 'vitest'
import { createReferenceEngine } from '../src/engine/reference.ts'
import type { KnownGrams } from '../src/geometry/index.ts'
import { measureGrams } from '../src/merge/geometry-exact.ts'
import type { GramMemory } from '../src/merge/gram-memory.ts'
import { mergePlan } from '../src/merge/merge-plan.ts'
import { partsOf, RECIPE } from './support/faults.ts'
import { memorySink, type PlannedInMemory, planInMemory } from './support/merge-in-memory.ts'
import { llama, modelFolder, tensor } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

// Merges whose Gram matrices an earlier reading of the same files found.

const NAME = 'model.layers.0.self_attn.q_proj.weight'
const LZLV = `name: c\n${RECIPE}---\nmerge_method: slerp\nbase_model: c\nmodels: [{model: c}, {model: b}]\nparameters: {t: 0.3}\ndtype: bfloat16\n`

function memory(): GramMemory & { readonly kept: Map<number, KnownGrams> } {
  const kept = new Map<number, KnownGrams>()
  return {
    kept,
    known: (job) => kept.get(job) ?? null,
    keep: (job, known) => {
      kept.set(job, structuredClone(known))
    },
    flush: async () => undefined,
  }
}

async function merge(planned: PlannedInMemory, grams: GramMemory, verify = true) {
  const sink = memorySink()
  const report = await mergePlan(partsOf(planned, sink, { grams, verify }))
  return { report, files: sink.files }
}

describe.each([
  ['one slerp', RECIPE],
  ['two stages', LZLV],
])('%s', (_, recipe) => {
  test('is merged in one pass the second time, with the same bytes, whether its inputs fit the memory or not', async () => {
    for (const memoryBudget of [2 ** 30, 1]) {
      const planned = await planInMemory(recipe, [llama('a', {}), llama('b', {})], { ...SETTINGS, memoryBudget })
      const grams = memory()
      const [first, second] = [await merge(planned, grams), await merge(planned, grams, false)]
      const { bytesReadOnce, bytesReadTwice } = planned.plan.totals
      expect(bytesReadTwice > 0).toBe(memoryBudget === 1)
      expect(first.report.knownTensors).toBe(0)
      expect(first.report.bytesRead).toBe(bytesReadOnce + bytesReadTwice)
      expect(second.report.knownTensors).toBe(planned.plan.jobs.length)
      expect(second.report.spent.gram).toBe(0)
      expect(second.report.bytesRead).toBe(bytesReadOnce)
      expect(second.files).toEqual(first.files)
      expect(second.report.tensors).toEqual(first.report.tensors)
      expect(second.report.redoneTensors).toEqual([])
    }
  })
})

test('a tensor that was exchanged for another of the same size and date is measured anew, and the report names it', async () => {
  const grams = memory()
  await merge(await planInMemory(RECIPE, [llama('a', {}), llama('b', {})], SETTINGS), grams)
  const before = structuredClone(grams.kept)
  const exchanged = await planInMemory(RECIPE, [llama('a', {}), changed(NAME)], SETTINGS)
  const { report, files } = await merge(exchanged, grams, false)
  expect(report.redoneTensors).toEqual([NAME])
  expect(report.knownTensors).toBe(exchanged.plan.jobs.length - 1)
  const fresh = await merge(exchanged, memory())
  expect(files).toEqual(fresh.files)
  expect(report.tensors).toEqual(fresh.report.tensors)
  const index = exchanged.plan.jobs.findIndex(({ name }) => name === NAME)
  expect(grams.kept.get(index)).not.toEqual(before.get(index))
  expect((await merge(exchanged, grams)).report.redoneTensors, 'what was found anew is known from then on').toEqual([])
})

/** The second model with one tensor of its own bytes. */
function changed(name: string) {
  const other = llama('b', {})
  const shards = [...other.files].map(([file, blob]): [string, Blob] => [
    file,
    file.endsWith('.safetensors') ? flipped(blob, name) : blob,
  ])
  return { ...other, files: new Map(shards) }
}

/** As much of a Blob as readers use, with the lowest bit of one tensor's elements flipped. */
function flipped(blob: Blob, name: string): Blob {
  const span = async (): Promise<readonly [number, number]> => {
    const length = Number(new DataView(await blob.slice(0, 8).arrayBuffer()).getBigUint64(0, true))
    const header = JSON.parse(await blob.slice(8, 8 + length).text()) as Record<
      string,
      { data_offsets: [number, number] }
    >
    const [from, to] = header[name]?.data_offsets ?? [0, 0]
    return [8 + length + from, 8 + length + to]
  }
  const slice = (from = 0, to = blob.size) => ({
    size: to - from,
    text: () => blob.slice(from, to).text(),
    arrayBuffer: async () => {
      const bytes = new Uint8Array(await blob.slice(from, to).arrayBuffer())
      const [begin, end] = await span()
      for (let at = Math.max(begin, from); at < Math.min(end, to); at += 2)
        bytes[at - from] = (bytes[at - from] ?? 0) ^ 1
      return bytes.buffer
    },
  })
  return {
    size: blob.size,
    slice,
    text: () => blob.text(),
    arrayBuffer: () => slice().arrayBuffer(),
  } as unknown as Blob
}

test('NaN and infinite values are in the report also where nothing was measured', async () => {
  const odd = ['x', 'y'].map((name) => {
    const tensors = ['p', 'q'].map((part) => tensor(part, [8, 8], 'BF16', name))
    if (name === 'x') tensors[0]?.values.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NaN])
    return modelFolder(name === 'x' ? 'a' : 'b', tensors)
  })
  const planned = await planInMemory(RECIPE, odd, SETTINGS)
  const grams = memory()
  const [first, second] = [await merge(planned, grams), await merge(planned, grams)]
  expect(second.report.knownTensors).toBe(2)
  expect(second.report.nonFinite).toEqual(first.report.nonFinite)
  expect(first.report.nonFinite).toMatchObject([{ nan: 2, infinite: 1 }])
})

test('what was measured on demand serves a merge too', async () => {
  const planned = await planInMemory(RECIPE, [llama('a', {}), llama('b', {})], SETTINGS)
  const grams = memory()
  const files = planned.opened.map((checkpoint) => checkpoint.files)
  for (const [index, job] of planned.plan.jobs.entries()) {
    const { known } = await measureGrams(job, files, createReferenceEngine(), new AbortController().signal)
    if (known !== null) grams.keep(index, known)
  }
  const { report, files: made } = await merge(planned, grams)
  expect(report.knownTensors).toBe(planned.plan.jobs.length)
  expect(made).toEqual((await merge(planned, memory())).files)
})
