import { expect, test } from 'vitest'
import { createReferenceEngine, createWasmEngine, createWebGpuEngine, type Engine } from '../src/engine/index.ts'
import { mergePlan } from '../src/merge/merge-plan.ts'
import type { MergeReport } from '../src/merge/report.ts'
import { memorySink, planInMemory } from './support/merge-in-memory.ts'
import { llama } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

const RECIPE = `merge_method: slerp
base_model: a
models: [{model: a}, {model: b}]
parameters: {t: [0.25, 0.5]}
dtype: bfloat16
`

const planned = await planInMemory(RECIPE, [llama('a', { layers: 1 }), llama('b', { layers: 1 })], {
  ...SETTINGS,
  shardBytes: 1000,
})

/** An engine whose device is destroyed right before its k-th submit. */
async function mortalEngine(k: number, onSubmit: () => void = () => undefined): Promise<Engine> {
  const adapter = await navigator.gpu.requestAdapter()
  if (adapter === null) throw new Error('this Chromium was started without WebGPU')
  const device = await adapter.requestDevice()
  const submit = device.queue.submit.bind(device.queue)
  let submits = 0
  device.queue.submit = (buffers) => {
    onSubmit()
    if (++submits === k) device.destroy()
    return submit(buffers)
  }
  return createWebGpuEngine(device, adapter.info)
}

async function merge(engine: Engine, renewEngine?: (losses: number) => Promise<Engine>) {
  const sink = memorySink()
  const report: MergeReport = await mergePlan({
    plan: planned.plan,
    inputs: planned.opened,
    sink,
    engine,
    engineReason: 'the test chose it',
    verify: true,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...(renewEngine === undefined
      ? {}
      : { renewEngine: async (losses: number) => ({ engine: await renewEngine(losses), reason: `loss ${losses}` }) }),
  })
  engine.destroy()
  return { report, files: sink.files }
}

const expected = merge(createReferenceEngine())

test('a GPU that is lost at any submit is replaced, and the merge writes the same bytes', async () => {
  let submits = 0
  await merge(await mortalEngine(Number.POSITIVE_INFINITY, () => submits++))
  expect(submits).toBeGreaterThan(30)
  const { files } = await expected
  const step = Math.ceil(submits / 15)
  for (let k = 1; k <= submits; k += step) {
    const lost = await merge(await mortalEngine(k), () => mortalEngine(Number.POSITIVE_INFINITY))
    expect(lost.report.gpuLosses, `submit ${k} of ${submits}`).toBe(1)
    expect(lost.report.engineReason).toBe('loss 1')
    expect(lost.files).toEqual(files)
  }
})

test('after three losses WebAssembly goes on, to the same bytes, and the report says what made which tensor', async () => {
  const lost = await merge(await mortalEngine(9), (losses) => (losses < 3 ? mortalEngine(9) : createWasmEngine()))
  expect(lost.report.gpuLosses).toBe(3)
  expect(lost.report.engine).toBe('wasm')
  expect(new Set(lost.report.tensors.map(({ engine }) => engine))).toContain('wasm')
  expect(lost.files).toEqual((await expected).files)
})

test('a loss without a successor ends the merge in words', async () => {
  await expect(merge(await mortalEngine(5))).rejects.toThrow(/The GPU was lost/)
})
