import { beforeAll, describe, expect, it } from 'vitest'
import { randomStream } from '../elementwise/philox.ts'
import type { RankRequest } from '../elementwise/program.ts'
import { tileRanks } from '../elementwise/rows.ts'
import type { Engine } from '../engine.ts'
import { firstDifference } from '../testing/agreement.ts'
import { elements, type Flavour } from '../testing/cases.ts'
import { createWebGpuEngine } from './webgpu-engine.ts'

let gpu: Engine
beforeAll(async () => {
  const adapter = await navigator.gpu.requestAdapter()
  if (adapter === null) throw new Error('this Chromium was started without WebGPU')
  gpu = createWebGpuEngine(await adapter.requestDevice(), adapter.info)
})

/** Rows of one group, of fewer elements than a workgroup has threads, of no whole stretches, and longer than its memory. */
const SHAPES: readonly (readonly [rows: number, rowLength: number])[] = [
  [300, 8],
  [37, 120],
  [9, 1032],
  [2, 6008],
  [1, 70_000],
]

describe.each(SHAPES)('the ranks of %i rows of %i', (rows, rowLength) => {
  it.each<Flavour>(['weights', 'ties', 'specials'])('are the reference’s to the last bit: %s', async (flavour) => {
    const elementCount = rows * rowLength
    const tile = {
      elementCount,
      inputs: [1, 2, 3].map((seed) => elements('BF16', flavour, elementCount, seed)),
    }
    const request: RankRequest = {
      inputs: tile.inputs.map(() => ({ dtype: 'BF16', round: null })),
      first: 8 * rows,
      rowLength,
      difference: 1,
      density: 0.4,
      epsilon: 0.3,
      random: randomStream('a tensor', 7),
    }
    const loaded = gpu.load(tile, ['BF16', 'BF16', 'BF16'])
    const found = await gpu.rank(loaded, request)
    gpu.unload(loaded)
    expect(firstDifference(found, tileRanks(tile, request))).toBeNull()
    expect(found.some((byte) => byte !== 0 && byte !== 255)).toBe(true)
  })
})

it('are the reference’s with an epsilon below zero, which mergekit does not refuse', async () => {
  const [rows, rowLength] = [37, 120]
  const tile = { elementCount: rows * rowLength, inputs: [1, 2].map((seed) => elements('BF16', 'weights', 4440, seed)) }
  const request: RankRequest = {
    inputs: tile.inputs.map(() => ({ dtype: 'BF16', round: null })),
    ...{ first: 0, rowLength, difference: 0, density: 0.95, epsilon: -0.1, random: randomStream('a tensor', 7) },
  }
  const loaded = gpu.load(tile, ['BF16', 'BF16'])
  const found = await gpu.rank(loaded, request)
  gpu.unload(loaded)
  expect(firstDifference(found, tileRanks(tile, request))).toBeNull()
})
