import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Engine, GRAM_BLOCK } from '../engine.ts'
import { knownAnswerTest } from '../known-answers.ts'
import { createReferenceEngine } from '../reference.ts'
import { blendOf, firstDifference, gramDifference, gramOf } from '../testing/agreement.ts'
import { elements, gramRequest, programOver, tileCase } from '../testing/cases.ts'
import { requestDevice } from './device.ts'
import { createWebGpuEngine } from './webgpu-engine.ts'

const reference = createReferenceEngine()
let gpu: Engine

async function newDevice() {
  const found = await requestDevice()
  if (typeof found === 'string') throw new Error(found)
  return found
}

beforeAll(async () => {
  const { device, info } = await newDevice()
  gpu = createWebGpuEngine(device, info)
})
afterAll(() => gpu.destroy())

it('gives the Gram matrix of the reference to the last bit, for any 16-bit inputs', async () => {
  await fc.assert(
    fc.asyncProperty(tileCase(40_000, 6), async ({ formats, tile }) => {
      const request = gramRequest(formats)
      expect(gramDifference(await gramOf(gpu, tile, request), await gramOf(reference, tile, request))).toBeNull()
    }),
    { numRuns: 25 },
  )
})

it('gives the bytes of the reference for any program of stages over 16-bit inputs', async () => {
  const cases = tileCase(3000).chain((c) => programOver(c.formats).map((program) => ({ ...c, program })))
  await fc.assert(
    fc.asyncProperty(cases, async ({ tile, program }) => {
      expect(firstDifference(await blendOf(gpu, tile, program), await blendOf(reference, tile, program))).toBeNull()
    }),
    { numRuns: 120 },
  )
})

it('passes the known-answer test', async () => {
  expect(await knownAnswerTest(gpu, reference)).toBeNull()
})

it('carries tiles of several staging buffers, with an odd end', async () => {
  const elementCount = 5 * 2 ** 20 + 3
  const inputs = [{ dtype: 'BF16', round: null }] as const
  const tile = { elementCount, inputs: [elements('BF16', 'weights', elementCount, 5)] }
  const program = { inputs, stages: [{ terms: [{ operand: 0, coefficient: 1 }], round: 'BF16' }] } as const
  expect(firstDifference(await blendOf(gpu, tile, program), tile.inputs[0] ?? [])).toBeNull()
})

it('cuts tiles at whole blocks, however small the arena, and a tensor in tiles gives the same totals', async () => {
  const { device, info } = await newDevice()
  const small = createWebGpuEngine(device, info, { maxArenaBytes: 1000 })
  expect(small.maxTileElements(['BF16', 'F32'])).toBe(GRAM_BLOCK)
  expect(gpu.maxTileElements(['BF16', 'BF16']) % GRAM_BLOCK).toBe(0)
  small.destroy()
})
