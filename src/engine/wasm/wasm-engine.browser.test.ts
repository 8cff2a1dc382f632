import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import type { Engine } from '../engine.ts'
import { createReferenceEngine } from '../reference.ts'
import { blendOf, firstDifference, gramDifference, gramOf, largestDistance } from '../testing/agreement.ts'
import { elements, FLAVOURS, gramRequest, programOver, tileCase } from '../testing/cases.ts'
import { createWasmEngine } from './wasm-engine.ts'

const reference = createReferenceEngine()
let wasm: Engine
beforeAll(async () => {
  wasm = await createWasmEngine()
})

it('gives the Gram matrix of the reference to the last bit, for any 16-bit inputs', async () => {
  await fc.assert(
    fc.asyncProperty(tileCase(40_000, 5), async ({ formats, tile }) => {
      const request = gramRequest(formats)
      expect(gramDifference(await gramOf(wasm, tile, request), await gramOf(reference, tile, request))).toBeNull()
    }),
    { numRuns: 40 },
  )
})

it('gives the bytes of the reference for any program of stages over 16-bit inputs', async () => {
  const cases = tileCase(3000).chain((c) => programOver(c.formats).map((program) => ({ ...c, program })))
  await fc.assert(
    fc.asyncProperty(cases, async ({ tile, program }) => {
      expect(firstDifference(await blendOf(wasm, tile, program), await blendOf(reference, tile, program))).toBeNull()
    }),
    { numRuns: 300 },
  )
})

it.each(FLAVOURS)('reads F32 inputs closely: %s', async (flavour) => {
  const inputs = [
    { dtype: 'F32', round: null },
    { dtype: 'F32', round: 'BF16' },
    { dtype: 'F32', round: 'F16' },
  ] as const
  const tile = { elementCount: 20_001, inputs: inputs.map((_, i) => elements('F32', flavour, 20_001, i + 7)) }
  const [found, expected] = [
    await gramOf(wasm, tile, { inputs, origin: null }),
    await gramOf(reference, tile, { inputs, origin: null }),
  ]
  const scale = Math.max(...expected.gram) || 1
  expect(largestDistance(found.gram, expected.gram) / scale).toBeLessThan(1e-6)
  expect([...found.nan, ...found.infinite]).toEqual([...expected.nan, ...expected.infinite])
})
