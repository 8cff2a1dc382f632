import { expect, test } from 'vitest'
import { createWasmEngine } from '../../src/engine/index.ts'
import type { Sink } from '../../src/files/sink.ts'
import { mergePlan } from '../../src/merge/merge-plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { planMerge } from '../../src/plan/plan-merge.ts'
import { LZLV_MODELS, lzlvTemplate, parseRecipe } from '../../src/recipe/index.ts'
import { LLAMA_70B_SIZE, llamaHeaders } from '../../test/support/llama-headers.ts'
import { SETTINGS } from '../../test/support/settings.ts'
import { GeneratedBlob } from './generated-blob.ts'

const LAYERS = Number(import.meta.env['BENCH_LAYERS'])
/** Which of how many parts of the shards are made: a run of all takes an hour. */
const [PART = 1, PARTS = 1] = String(import.meta.env['BENCH_PART'])
  .split('/')
  .map(Number)
const GB = 1e9
/** What a browser does with files on a disk (bench/RESULTS.md), for the expected time. */
const READ_GB_S = 1.5
const WRITE_GB_S = 0.6

/** Counts what would have been written, and looks that no byte is missing. */
function countingSink(): { readonly sink: Sink; readonly written: Map<string, number> } {
  const written = new Map<string, number>()
  const sink: Sink = {
    name: 'nowhere',
    list: async () => [],
    create: async (name) => {
      let bytes = 0
      return {
        write: async (_, data) => {
          bytes += data.length
        },
        close: async () => {
          written.set(name, bytes)
        },
        abort: async () => undefined,
      }
    },
    open: async (name) => new GeneratedBlob(written.get(name) ?? 0, new Uint8Array(0)),
    remove: async () => undefined,
  }
  return { sink, written }
}

test(`lzlv at the shapes of Llama 2 70B, ${LAYERS} layers, from generated weights into a counting sink`, async () => {
  const names = Object.values(LZLV_MODELS)
  const checkpoints = new Map(
    names.map((name, seed) => {
      const headers = llamaHeaders(name, { ...LLAMA_70B_SIZE, layers: LAYERS })
      const bytes = [...headers.tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
      return [name, { ...headers, files: [{ name: 'model.safetensors', blob: new GeneratedBlob(bytes, seed + 1) }] }]
    }),
  )
  const { recipe } = parseRecipe(lzlvTemplate())
  if (recipe === null) throw new Error('the template is a recipe')
  const began = performance.now()
  const whole = planMerge(recipe, checkpoints, { ...SETTINGS, memoryBudget: 2 ** 30 })
  const plan = partOf(whole)
  console.log(`planned ${plan.jobs.length} tensors in ${(performance.now() - began).toFixed(0)} ms`)
  expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  const { bytesReadOnce, bytesReadTwice, bytesWritten } = plan.totals
  console.log(
    `reads ${(bytesReadOnce / GB).toFixed(1)} GB once, ${(bytesReadTwice / GB).toFixed(1)} GB twice; writes ${(bytesWritten / GB).toFixed(1)} GB in ${plan.shards.length} shards`,
  )
  const { sink, written } = countingSink()
  let told = 0
  const inputs = plan.checkpoints.map(({ model }) => {
    const { files, sidecars } = checkpoints.get(model) ?? { files: [], sidecars: new Map<string, Blob>() }
    return { files, sidecars }
  })
  const report = await mergePlan({
    plan,
    inputs,
    sink,
    engine: await createWasmEngine(),
    engineReason: 'the rehearsal',
    verify: false,
    onProgress: ({ bytesWritten: bytes }) => {
      if (bytes - told < 10 * GB) return
      told = bytes
      console.log(`${(bytes / GB).toFixed(0)} GB written`)
    },
    signal: new AbortController().signal,
  })
  const made = plan.shards.filter(({ jobs }) => jobs.length > 0)
  for (const { name, byteLength } of made) expect(written.get(name), name).toBe(byteLength)
  const tensors = made.reduce((sum, { jobs }) => sum + jobs.length, 0)
  expect(report.tensors).toHaveLength(tensors)
  console.log(
    `part ${PART} of ${PARTS}: ${tensors} of ${plan.jobs.length} tensors in ${made.length} of ${plan.shards.length} shards; read ${(report.bytesRead / GB).toFixed(1)} GB, wrote ${(report.bytesWritten / GB).toFixed(1)} GB`,
  )
  const disk = Math.max((bytesReadOnce + bytesReadTwice) / READ_GB_S, bytesWritten / WRITE_GB_S) / GB
  console.log(
    `${report.seconds.toFixed(0)} s: ${(report.bytesRead / GB / report.seconds).toFixed(2)} GB/s read, ${(report.bytesWritten / GB / report.seconds).toFixed(2)} GB/s written; on a disk of ${READ_GB_S} GB/s read and ${WRITE_GB_S} GB/s written the files alone take ${disk.toFixed(0)} s`,
  )
})

/** The same plan, with the shards of one part alone to be made. */
function partOf(plan: Plan): Plan {
  const share = plan.shards.length / PARTS
  const isIn = (index: number) => Math.min(PARTS, Math.floor(index / share) + 1) === PART
  return { ...plan, shards: plan.shards.map((shard, index) => (isIn(index) ? shard : { ...shard, jobs: [] })) }
}
