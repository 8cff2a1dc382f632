import { bytesPerElement, type FloatDType } from '../../tensor/dtype.ts'
import { prepareBlend } from '../blend-program.ts'
import { type Engine, GRAM_BLOCK, type InputFormat, type LoadedTile } from '../engine.ts'
import { emptyGramPart } from '../gram-sums.ts'
import { checkFormats } from '../tile-shelf.ts'
import { type Arena, loadArena, unloadArena } from './arena.ts'
import { blendTile } from './blend.ts'
import { countTile } from './count.ts'
import { twinDivergences } from './divergences.ts'
import { Gpu } from './gpu.ts'
import { gramTile } from './gram.ts'
import { mapTile } from './map.ts'
import { productsTile } from './products.ts'
import { rankTile } from './rank.ts'
import { sumTile } from './sum.ts'

export interface WebGpuOptions {
  /** Bytes of one tile's inputs on the GPU, at most. A tile has at least one block, however little this is. */
  readonly maxArenaBytes: number
}

const DEFAULT_ARENA_BYTES = 256 * 2 ** 20

/** The engine on a GPU. It owns the device from now on: `destroy` ends it. */
export function createWebGpuEngine(
  device: GPUDevice,
  info: Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>,
  options: WebGpuOptions = { maxArenaBytes: DEFAULT_ARENA_BYTES },
): Engine {
  const gpu = new Gpu(device)
  const arenas = new Map<LoadedTile, Arena>()
  const arenaOf = (tile: LoadedTile, formats: readonly InputFormat[]) => {
    const arena = arenas.get(tile)
    if (!arena) throw new Error('this tile is not loaded in this engine')
    checkFormats(arena.dtypes, formats)
    return arena
  }
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits
  const bindingLimit = Math.min(maxStorageBufferBindingSize, maxBufferSize)
  return {
    kind: 'webgpu',
    device: deviceName(info),
    maxTileElements(inputs) {
      const widths = inputs.reduce((total, dtype: FloatDType) => total + bytesPerElement(dtype), 0)
      // An output of F32 must fit one binding as well.
      const elements = Math.min(Math.min(options.maxArenaBytes, bindingLimit) / widths, bindingLimit / 4)
      return Math.max(1, Math.floor(elements / GRAM_BLOCK)) * GRAM_BLOCK
    },
    load(tile, dtypes) {
      const arena = loadArena(gpu.workspace, gpu.upload, tile, dtypes)
      const loaded: LoadedTile = { elementCount: arena.elementCount, byteLength: arena.byteLength }
      arenas.set(loaded, arena)
      return loaded
    },
    unload(tile) {
      const arena = arenas.get(tile)
      arenas.delete(tile)
      if (arena) void unloadArena(gpu.workspace, arena)
    },
    async gram(tile, request) {
      const arena = arenaOf(tile, request.inputs)
      return tile.elementCount === 0 ? emptyGramPart(request.inputs.length) : gramTile(gpu, arena, request)
    },
    async blend(tile, program, into) {
      const arena = arenaOf(tile, program.inputs)
      const prepared = prepareBlend(program)
      return tile.elementCount === 0 ? new Uint8Array(0) : blendTile(gpu, arena, prepared, into)
    },
    async count(tile, request) {
      return countTile(gpu, arenaOf(tile, request.inputs), request)
    },
    async sum(tile, request) {
      return sumTile(gpu, arenaOf(tile, request.inputs), request)
    },
    async map(tile, program, into) {
      const arena = arenaOf(tile, program.inputs)
      return tile.elementCount === 0 ? new Uint8Array(0) : mapTile(gpu, arena, program, into)
    },
    async divergences(loaded, request) {
      const { tile, dtypes } = arenaOf(loaded, request.inputs)
      return twinDivergences(tile, dtypes, request)
    },
    async products(loaded, request) {
      return productsTile(gpu, arenaOf(loaded, request.inputs), request)
    },
    async rank(loaded, request) {
      return rankTile(gpu, arenaOf(loaded, request.inputs), request)
    },
    isLost: () => gpu.workspace.isLost,
    destroy: () => gpu.workspace.destroy(),
  }
}

/** How people know their GPU: the description where the browser tells it, else vendor and architecture. */
export function deviceName(info: Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>): string {
  return (
    info.description || [info.vendor, info.device || info.architecture].filter((word) => word !== '').join(' ') || 'GPU'
  )
}
