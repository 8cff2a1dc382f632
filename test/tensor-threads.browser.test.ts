import { afterAll, describe, expect, test } from 'vitest'
import { createWasmEngine } from '../src/engine/index.ts'
import type { WeightFile } from '../src/formats/checkpoint.ts'
import { mergePlan } from '../src/merge/merge-plan.ts'
import type { MergeProgress } from '../src/merge/report.ts'
import { TensorThreads, threadCount } from '../src/merge/threads/tensor-threads.ts'
import { memorySink, type PlannedInMemory, planInMemory } from './support/merge-in-memory.ts'
import { llama } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

const SLERP =
  'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.3}\ndtype: bfloat16\n'
const TIES =
  'merge_method: ties\nbase_model: a\nmodels: [{model: b, parameters: {weight: 0.5, density: 0.4}}]\nparameters: {rescale: true}\ndtype: bfloat16\n'
const models = ['a', 'b'].map((name) => llama(name, { hidden: 384, layers: 1, vocabulary: 800 }))

const threads = new TensorThreads(2)
const engine = createWasmEngine()
afterAll(() => threads.destroy())

interface Run {
  readonly threads: TensorThreads | null
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: MergeProgress) => void
}

async function merge({ plan, opened }: PlannedInMemory, { signal, onProgress, threads }: Run) {
  const sink = memorySink()
  const report = await mergePlan({
    plan,
    inputs: opened,
    sink,
    engine: await engine,
    engineReason: 'the test chose it',
    verify: true,
    threads,
    onProgress: onProgress ?? (() => undefined),
    signal: signal ?? new AbortController().signal,
  })
  return { report, files: await hashes(sink.files) }
}

async function hashes(files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [name, bytes] of files) found[name] = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).join()
  return found
}

/** The same models, of which no byte can be read any more. */
function unreadable({ plan, opened }: PlannedInMemory): PlannedInMemory {
  const broken = ({ name, blob }: WeightFile): WeightFile => {
    const slice = (from = 0, to = blob.size) => ({
      size: to - from,
      arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')),
    })
    return { name, blob: { size: blob.size, slice } as unknown as Blob }
  }
  return { plan, opened: opened.map((checkpoint) => ({ ...checkpoint, files: checkpoint.files.map(broken) })) }
}

describe('threads that compute tensors', () => {
  test.each([
    ['slerp', SLERP, 2 ** 30],
    ['slerp of tensors that are read twice', SLERP, 2 ** 16],
    ['ties', TIES, 2 ** 30],
    ['ties of tensors that are read in every pass', TIES, 2 ** 16],
  ])('give the same bytes and report as one thread: %s', async (_, recipe, memoryBudget) => {
    const planned = await planInMemory(recipe, models, { ...SETTINGS, memoryBudget })
    expect(planned.plan.jobs.some((job) => threads.takes(job))).toBe(true)
    const [one, several] = [await merge(planned, { threads: null }), await merge(planned, { threads })]
    expect(several.files).toEqual(one.files)
    expect(several.report.tensors).toEqual(one.report.tensors)
    expect(several.report.bytesRead).toBe(one.report.bytesRead)
    expect(several.report.spent.gram).toBeGreaterThan(0)
  })

  test('say what went wrong in the words of the one that reads', async () => {
    const planned = unreadable(await planInMemory(TIES, models))
    await expect(merge(planned, { threads })).rejects.toThrow(/could not be read because the file was changed/)
  })

  test('stop when the merge is cancelled, and serve the next one', async () => {
    const planned = await planInMemory(TIES, models)
    const abort = new AbortController()
    const run = { threads, signal: abort.signal, onProgress: () => abort.abort() }
    await expect(merge(planned, run)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect((await merge(planned, { threads })).files).toEqual((await merge(planned, { threads: null })).files)
  })

  test('are as many as cores, but for the one that reads and writes, and none on two cores', () => {
    expect([1, 2, 4, 64].map(threadCount)).toEqual([0, 0, 3, 4])
  })
})
