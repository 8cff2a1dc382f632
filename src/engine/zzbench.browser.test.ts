import { it } from 'vitest'
import { createWasmEngine } from './wasm/wasm-engine.ts'
import { elements } from './testing/cases.ts'
it('bench', async () => {
  const wasm = await createWasmEngine()
  const n = 4 * 1024 * 1024
  for (const dtype of ['BF16', 'F16', 'F32'] as const) {
    const w = dtype === 'F32' ? 4 : 2
    for (const N of [2, 3]) {
    const inputs = Array.from({length: N}, () => ({ dtype, round: null }))
    const tile = { elementCount: n, inputs: inputs.map((_, i) => elements(dtype, 'weights', n, i)) }
    const loaded = wasm.load(tile, inputs.map(i => i.dtype))
    const run = async (label: string, f: () => Promise<unknown>) => {
      let best = 1e9
      for (let i = 0; i < 7; i++) { const t = performance.now(); await f(); best = Math.min(best, performance.now() - t) }
      console.log(dtype, N, label, (n * w * N / best / 1e6).toFixed(2), 'GB/s in')
    }
    await run('gram', () => wasm.gram(loaded, { inputs, origin: null }))
    await run('blend', () => wasm.blend(loaded, { inputs, stages: [{ terms: inputs.map((_, i) => ({ operand: i, coefficient: 0.3 + i / 10 })), round: dtype }] }))
    if (N === 3) await run('blend 3 stages', () => wasm.blend(loaded, { inputs, stages: [
      { terms: [{ operand: 0, coefficient: 0.3 }, { operand: 1, coefficient: 0.72 }], round: dtype },
      { terms: [{ operand: 0, coefficient: 0.3 }, { operand: 2, coefficient: 0.72 }], round: dtype },
      { terms: [{ operand: 3, coefficient: 0.5 }, { operand: 4, coefficient: 0.5 }], round: dtype } ] }))
    }
  }
})
