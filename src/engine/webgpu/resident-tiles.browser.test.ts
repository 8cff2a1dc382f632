import { afterAll, expect, it } from 'vitest'
import { type Engine, GRAM_BLOCK, type LoadedTile, type Tile } from '../engine.ts'
import { createReferenceEngine } from '../reference.ts'
import { blendOf, firstDifference, gramDifference, gramOf } from '../testing/agreement.ts'
import { elements } from '../testing/cases.ts'
import { requestDevice } from './device.ts'
import { createWebGpuEngine } from './webgpu-engine.ts'

const inputs = [
  { dtype: 'BF16', round: null },
  { dtype: 'BF16', round: null },
] as const
const dtypes = inputs.map(({ dtype }) => dtype)
const program = {
  inputs,
  stages: [
    {
      terms: [
        { operand: 0, coefficient: 0.3 },
        { operand: 1, coefficient: 0.6 },
      ],
      round: 'BF16',
    },
  ],
} as const
const request = { inputs, origin: null }

const elementCount = 2 * GRAM_BLOCK
const TILE_BYTES = 2 * 2 * elementCount
const tiles = Array.from(
  { length: 6 },
  (_, tile): Tile => ({
    elementCount,
    inputs: inputs.map((_, i) => elements('BF16', 'weights', elementCount, 10 * tile + i)),
  }),
)
const reference = createReferenceEngine()
const engines: Engine[] = []

afterAll(() => {
  for (const engine of engines) engine.destroy()
})

/**
 * An engine on a device that keeps count of the tiles' buffers.
 * @param room bytes of all tiles that the device takes, before it has no more
 * @param besides bytes of tiles beside which it takes what blend writes
 */
async function engineWith(memoryBudget: number, room = Number.POSITIVE_INFINITY, besides = Number.POSITIVE_INFINITY) {
  const found = await requestDevice()
  if (typeof found === 'string') throw new Error(found)
  const { device, info } = found
  const seen = { held: 0, most: 0, uploads: 0, refused: 0 }
  let refuses = false
  const createBuffer = device.createBuffer.bind(device)
  device.createBuffer = (descriptor) => {
    const isTile = descriptor.label === 'tile'
    const size = isTile ? descriptor.size : 0
    const isRefused = isTile ? seen.held + size > room : descriptor.label === 'blend output' && seen.held > besides
    if (!isTile && !isRefused) return createBuffer(descriptor)
    if (isRefused) {
      seen.refused++
      refuses = true
      return createBuffer({ ...descriptor, size: 16 })
    }
    const buffer = createBuffer(descriptor)
    seen.uploads++
    seen.held += size
    seen.most = Math.max(seen.most, seen.held)
    const destroy = buffer.destroy.bind(buffer)
    buffer.destroy = () => {
      seen.held -= size
      destroy()
    }
    return buffer
  }
  const popErrorScope = device.popErrorScope.bind(device)
  // The scope for want of memory is the first that is closed after a buffer was made.
  device.popErrorScope = async () => {
    const refused = refuses
    refuses = false
    const place = seen.refused
    const error = await popErrorScope()
    if (!refused) return error
    // The news of several refusals come one after the other: by the second, what the first brought about may have happened.
    await new Promise((resolve) => setTimeout(resolve, 20 * place))
    return new GPUOutOfMemoryError('no room')
  }
  const engine = createWebGpuEngine(device, info, { memoryBudget })
  engines.push(engine)
  return { engine, seen }
}

async function measureThenBlend(engine: Engine, loaded: readonly LoadedTile[]): Promise<void> {
  for (const [index, tile] of loaded.entries())
    expect(
      gramDifference(await engine.gram(tile, request), await gramOf(reference, tiles[index] as Tile, request)),
    ).toBeNull()
  for (const [index, tile] of loaded.entries())
    expect(
      firstDifference(await engine.blend(tile, program), await blendOf(reference, tiles[index] as Tile, program)),
    ).toBeNull()
}

it('holds no more tiles than its budget takes, and gives the same bits of all that are loaded', async () => {
  const { engine, seen } = await engineWith(3 * TILE_BYTES)
  const loaded = tiles.map((tile) => engine.load(tile, dtypes))
  await measureThenBlend(engine, loaded)
  expect(seen.most).toBe(3 * TILE_BYTES)
  // Measured from first to last, blended from first to last: two stay throughout, the others come up in turn for each.
  expect(seen.uploads).toBeLessThanOrEqual(2 * tiles.length - 2)
  for (const tile of loaded) engine.unload(tile)
  await expect.poll(() => seen.held).toBe(0)
})

it('brings every tile up once where all have room', async () => {
  const { engine, seen } = await engineWith(tiles.length * TILE_BYTES)
  await measureThenBlend(
    engine,
    tiles.map((tile) => engine.load(tile, dtypes)),
  )
  expect(seen.uploads).toBe(tiles.length)
})

it.each([1, TILE_BYTES, 2 * TILE_BYTES])(
  'runs kernels one after the other that have no room beside each other; budget %d',
  async (budget) => {
    const { engine, seen } = await engineWith(budget)
    const loaded = tiles.map((tile) => engine.load(tile, dtypes))
    const found = await Promise.all(
      loaded.flatMap((tile) => [engine.blend(tile, program), engine.blend(tile, program)]),
    )
    for (const [index, bytes] of found.entries())
      expect(firstDifference(bytes, await blendOf(reference, tiles[index >> 1] as Tile, program))).toBeNull()
    expect(seen.most).toBe(Math.max(budget, TILE_BYTES))
  },
)

it('is content with what the GPU has, where that is less than its budget', async () => {
  const { engine, seen } = await engineWith(Number.POSITIVE_INFINITY, 2 * TILE_BYTES)
  const loaded = tiles.map((tile) => engine.load(tile, dtypes))
  await measureThenBlend(engine, loaded)
  expect(seen.refused).toBeGreaterThan(0)
  expect(seen.most).toBeLessThanOrEqual(2 * TILE_BYTES)
  const refused = seen.refused
  await Promise.all(loaded.map((tile) => engine.blend(tile, program)))
  expect(seen.refused).toBe(refused)
})

it.each([2, 6])('runs every kernel where several at once find no room for what they write; %d tiles', async (count) => {
  const { engine, seen } = await engineWith(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, TILE_BYTES)
  const loaded = tiles.slice(0, count).map((tile) => engine.load(tile, dtypes))
  const found = await Promise.all(loaded.map((tile) => engine.blend(tile, program)))
  expect(seen.refused).toBeGreaterThan(0)
  for (const [index, bytes] of found.entries())
    expect(firstDifference(bytes, await blendOf(reference, tiles[index] as Tile, program))).toBeNull()
  for (const tile of loaded) engine.unload(tile)
  await expect.poll(() => seen.held).toBe(0)
})

it('gives the room back of a tile that is unloaded while a kernel waits for it or runs', async () => {
  const { engine, seen } = await engineWith(TILE_BYTES)
  const loaded = tiles.slice(0, 3).map((tile) => engine.load(tile, dtypes))
  const blends = loaded.map((tile) => engine.blend(tile, program))
  for (const tile of loaded) engine.unload(tile)
  for (const [index, bytes] of (await Promise.all(blends)).entries())
    expect(firstDifference(bytes, await blendOf(reference, tiles[index] as Tile, program))).toBeNull()
  await expect.poll(() => seen.held).toBe(0)
  const next = engine.load(tiles[3] as Tile, dtypes)
  expect(
    firstDifference(await engine.blend(next, program), await blendOf(reference, tiles[3] as Tile, program)),
  ).toBeNull()
})

it('says so where the GPU has no room for one tile', async () => {
  const { engine } = await engineWith(Number.POSITIVE_INFINITY, TILE_BYTES - 1)
  const [loaded] = tiles.map((tile) => engine.load(tile, dtypes))
  await expect(engine.gram(loaded as LoadedTile, request)).rejects.toThrow(/The GPU has no room for 1 MiB \(tile\)/)
})
