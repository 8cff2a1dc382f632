import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Engine, GRAM_BLOCK } from '../engine.ts'
import { addGramPart, emptyGramPart } from '../gram-sums.ts'
import { knownAnswerTest } from '../known-answers.ts'
import { createReferenceEngine } from '../reference.ts'
import { blendOf, firstDifference, gramDifference, gramOf, largestDistance } from '../testing/agreement.ts'
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
    fc.asyncProperty(tileCase(20_000, 6), async ({ formats, tile }) => {
      const request = gramRequest(formats)
      expect(gramDifference(await gramOf(gpu, tile, request), await gramOf(reference, tile, request))).toBeNull()
    }),
    { numRuns: 15 },
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
  const elementCount = 2 ** 22 + 100_003
  const inputs = [{ dtype: 'BF16', round: null }] as const
  const tile = { elementCount, inputs: [elements('BF16', 'weights', elementCount, 5)] }
  const program = { inputs, stages: [{ terms: [{ operand: 0, coefficient: 1 }], round: 'BF16' }] } as const
  expect(firstDifference(await blendOf(gpu, tile, program), tile.inputs[0] ?? [])).toBeNull()
})

it('cuts tensors into tiles of whole blocks, however small the arena, with the same totals', async () => {
  const { device, info } = await newDevice()
  const small = createWebGpuEngine(device, info, { maxArenaBytes: 1000 })
  const count = 3 * GRAM_BLOCK + 77
  const inputs = [
    { dtype: 'BF16', round: null },
    { dtype: 'F16', round: 'BF16' },
  ] as const
  const tileElements = small.maxTileElements(['BF16', 'F16'])
  expect(tileElements).toBe(GRAM_BLOCK)
  expect(gpu.maxTileElements(['BF16', 'BF16'])).toBeGreaterThan(count)
  const whole = {
    elementCount: count,
    inputs: [elements('BF16', 'weights', count, 1), elements('F16', 'specials', count, 2)],
  }
  const total = emptyGramPart(2)
  for (let first = 0; first < count; first += tileElements) {
    const elementCount = Math.min(tileElements, count - first)
    const tile = {
      elementCount,
      inputs: whole.inputs.map((row) => row.subarray(2 * first, 2 * (first + elementCount))),
    }
    addGramPart(total, await gramOf(small, tile, { inputs, origin: null }))
  }
  expect(gramDifference(total, await gramOf(gpu, whole, { inputs, origin: null }))).toBeNull()
  small.destroy()
})

it.each([0, 4, null])('reads F32 inputs, more than one dispatch takes, closely; origin %s', async (origin) => {
  const count = GRAM_BLOCK + 1001
  const rounds = [null, 'BF16', 'F16', null, null] as const
  const inputs = rounds.map((round) => ({ dtype: 'F32', round }) as const)
  const tile = { elementCount: count, inputs: inputs.map((_, i) => elements('F32', 'weights', count, i)) }
  const found = await gramOf(gpu, tile, { inputs, origin })
  const expected = await gramOf(reference, tile, { inputs, origin })
  const scale = Math.max(...expected.gram)
  expect(largestDistance(found.gram, expected.gram) / scale).toBeLessThan(1e-6)
  expect(largestDistance(found.sums, expected.sums)).toBeLessThan(1e-3)

  const terms = inputs.map((_, operand) => ({ operand, coefficient: 0.2 + operand / 10 }))
  const program = { inputs, stages: [{ terms, round: 'F32' }] } as const
  const [a, b] = [await blendOf(gpu, tile, program), await blendOf(reference, tile, program)]
  expect(largestDistance(new Float32Array(a.buffer), new Float32Array(b.buffer))).toBeLessThan(1e-7)
})
