import { expect, it } from 'vitest'
import { engineRate, prefersGpu, rateInWords } from './speed.ts'
import { createWasmEngine } from './wasm/wasm-engine.ts'

it('an engine that computes slowly has a lower rate than the same engine by itself', async () => {
  const wasm = await createWasmEngine()
  const slow = {
    ...wasm,
    gram: async (...request: Parameters<typeof wasm.gram>) => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      return wasm.gram(...request)
    },
  }
  const rate = await engineRate(slow)
  expect(rate).toBeGreaterThan(0)
  // Two inputs of 4 MiB in 0.3 seconds at least.
  expect(rate).toBeLessThan(2 ** 23 / 0.3)
  wasm.destroy()
})

it('a GPU is preferred unless it is much slower', () => {
  expect(prefersGpu(4e9, 2e9)).toBe(true)
  expect(prefersGpu(2e9, 2.5e9)).toBe(true)
  expect(prefersGpu(1e9, 2e9)).toBe(false)
  expect(rateInWords(2.14e9)).toBe('2.1 GB/s')
})
