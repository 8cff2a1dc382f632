import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import type { Engine } from '../engine.ts'
import { createReferenceEngine } from '../reference.ts'
import { elementDifference } from '../testing/agreement.ts'
import { elementCase } from '../testing/element-cases.ts'
import { storedCase } from '../testing/stored-cases.ts'
import { createWasmEngine } from './wasm-engine.ts'

const reference = createReferenceEngine()
let wasm: Engine
beforeAll(async () => {
  wasm = await createWasmEngine()
})

it('counts, sums and makes elements as the reference does, to the last bit, for inputs of any dtype', async () => {
  await fc.assert(
    fc.asyncProperty(elementCase(6000), async (one) => {
      expect(await elementDifference(wasm, reference, one)).toBeNull()
    }),
    { numRuns: 600 },
  )
})

it('does so over several blocks', async () => {
  await fc.assert(
    fc.asyncProperty(elementCase(70_000), async (one) => {
      expect(await elementDifference(wasm, reference, one)).toBeNull()
    }),
    { numRuns: 40 },
  )
})

it('does so straight from stored BF16, whatever is odd among the values', async () => {
  await fc.assert(
    fc.asyncProperty(storedCase(5000), async (one) => {
      expect(await elementDifference(wasm, reference, one)).toBeNull()
    }),
    { numRuns: 1000 },
  )
})
