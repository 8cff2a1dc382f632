import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import type { Engine } from '../engine.ts'
import { createReferenceEngine } from '../reference.ts'
import { elementDifference } from '../testing/agreement.ts'
import { elementCase } from '../testing/element-cases.ts'
import { createWebGpuEngine } from './webgpu-engine.ts'

const reference = createReferenceEngine()
let gpu: Engine
beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter()
  if (adapter === null) throw new Error('this Chromium was started without WebGPU')
  gpu = createWebGpuEngine(await adapter.requestDevice(), adapter.info)
})

it('counts, sums and makes elements as the reference does, to the last bit, for inputs of any dtype', async () => {
  await fc.assert(
    fc.asyncProperty(elementCase(6000), async (one) => {
      expect(await elementDifference(gpu, reference, one)).toBeNull()
    }),
    { numRuns: 40 },
  )
  // A pipeline is compiled for every number and dtype of inputs.
}, 180_000)

it('does so over several blocks', async () => {
  await fc.assert(
    fc.asyncProperty(elementCase(50_000), async (one) => {
      expect(await elementDifference(gpu, reference, one)).toBeNull()
    }),
    { numRuns: 8 },
  )
})
