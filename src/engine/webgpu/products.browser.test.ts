import { beforeAll, describe, expect, it } from 'vitest'
import type { ProductRequest } from '../elementwise/program.ts'
import { tileProducts } from '../elementwise/rows.ts'
import type { Engine } from '../engine.ts'
import { firstDifference } from '../testing/agreement.ts'
import { elements, type Flavour } from '../testing/cases.ts'
import { createWasmEngine } from '../wasm/wasm-engine.ts'
import { createWebGpuEngine } from './webgpu-engine.ts'

let engines: readonly Engine[]
beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter()
  if (adapter === null) throw new Error('this Chromium was started without WebGPU')
  engines = [createWebGpuEngine(await adapter.requestDevice(), adapter.info), await createWasmEngine()]
})

/** Rows of one group, of fewer groups than strands and no multiple of 4, of several rounds, and of more than a block. */
const SHAPES: readonly (readonly [rows: number, rowLength: number])[] = [
  [300, 8],
  [37, 120],
  [9, 1032],
  [2, 40_008],
]

describe.each(SHAPES)('the inner products of %i rows of %i', (rows, rowLength) => {
  it.each<Flavour>(['weights', 'ties', 'specials'])('are the same bits on every engine: %s', async (flavour) => {
    const elementCount = rows * rowLength
    const tile = { elementCount, inputs: [1, 2, 3].map((seed) => elements('BF16', flavour, elementCount, seed)) }
    for (const based of [true, false]) {
      const inputs = tile.inputs.map(() => ({ dtype: 'BF16', round: null }) as const)
      const request: ProductRequest = { inputs, first: 0, rowLength, based }
      const expected = tileProducts(tile, request)
      for (const engine of engines) {
        const loaded = engine.load(tile, ['BF16', 'BF16', 'BF16'])
        const found = await engine.products(loaded, request)
        engine.unload(loaded)
        expect(firstDifference(found, expected), engine.kind).toBeNull()
      }
    }
  })
})
