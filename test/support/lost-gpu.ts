import { expect } from 'vitest'
import { createReferenceEngine, createWasmEngine, createWebGpuEngine, type Engine } from '../../src/engine/index.ts'
import { mergePlan } from '../../src/merge/merge-plan.ts'
import type { MergeProgress, MergeReport } from '../../src/merge/report.ts'
import { memorySink, type PlannedInMemory } from './merge-in-memory.ts'

/** The GPU is lost right before the k-th submit of a merge, for every k. */

/** An engine whose device is destroyed right before its k-th submit. */
export async function mortalEngine(k: number, onSubmit: () => void = () => undefined): Promise<Engine> {
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

export interface Merged {
  readonly report: MergeReport
  readonly files: ReadonlyMap<string, Uint8Array>
}

export async function mergeWith(
  planned: PlannedInMemory,
  engine: Engine,
  renewEngine?: (losses: number) => Promise<Engine>,
  onProgress: (progress: MergeProgress) => void = () => undefined,
): Promise<Merged> {
  const sink = memorySink()
  const report = await mergePlan({
    plan: planned.plan,
    inputs: planned.opened,
    sink,
    engine,
    engineReason: 'the test chose it',
    verify: true,
    onProgress,
    signal: new AbortController().signal,
    ...(renewEngine === undefined
      ? {}
      : { renewEngine: async (losses: number) => ({ engine: await renewEngine(losses), reason: `loss ${losses}` }) }),
  })
  engine.destroy()
  return { report, files: sink.files }
}

/**
 * Loses the device at every submit of a merge, once and three times in a row (the successors at their first submit, after which
 * WebAssembly goes on), and expects the bytes of a merge without a loss each time.
 * @returns submits of the merge without a loss
 */
export async function loseAtEverySubmit(planned: PlannedInMemory): Promise<number> {
  const { files } = await mergeWith(planned, createReferenceEngine())
  let submits = 0
  await mergeWith(planned, await mortalEngine(Number.POSITIVE_INFINITY, () => submits++))
  for (let k = 1; k <= submits; k++) {
    const once = await mergeWith(planned, await mortalEngine(k), () => mortalEngine(Number.POSITIVE_INFINITY))
    expect(once.report.gpuLosses, `submit ${k} of ${submits}`).toBe(1)
    expect(once.report.engineReason).toBe('loss 1')
    expect(once.files, `submit ${k} of ${submits}`).toEqual(files)
    const thrice = await mergeWith(planned, await mortalEngine(k), (losses) =>
      losses < 3 ? mortalEngine(1) : createWasmEngine(),
    )
    expect(thrice.report.gpuLosses, `submit ${k} of ${submits}, and twice more`).toBe(3)
    expect(thrice.report.engine).toBe('wasm')
    expect(thrice.files, `submit ${k} of ${submits}, and twice more`).toEqual(files)
  }
  return submits
}
