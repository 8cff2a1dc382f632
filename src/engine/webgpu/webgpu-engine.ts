import { bytesPerElement, type FloatDType } from '../../tensor/dtype.ts'
import { prepareBlend } from '../blend-program.ts'
import { type Engine, GRAM_BLOCK } from '../engine.ts'
import { emptyGramPart } from '../gram-sums.ts'
import { blendTile } from './blend.ts'
import { countTile } from './count.ts'
import { twinDivergences } from './divergences.ts'
import { Gpu } from './gpu.ts'
import { gramTile } from './gram.ts'
import { mapTile } from './map.ts'
import { productsTile } from './products.ts'
import { rankTile } from './rank.ts'
import { ResidentTiles } from './resident-tiles.ts'
import { sumTile } from './sum.ts'

export interface WebGpuOptions {
  /** Bytes of one tile's inputs on the GPU, at most. A tile has at least one block, however little this is. */
  readonly maxArenaBytes: number
  /** Bytes of all tiles on the GPU; those that are loaded beyond it come up when their turn is. A GPU that has less is content with less. */
  readonly memoryBudget: number
}

const DEFAULTS: WebGpuOptions = { maxArenaBytes: 256 * 2 ** 20, memoryBudget: 2 * 2 ** 30 }

/** The engine on a GPU. It owns the device from now on: `destroy` ends it. */
export function createWebGpuEngine(
  device: GPUDevice,
  info: Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>,
  options: Partial<WebGpuOptions> = {},
): Engine {
  const { maxArenaBytes, memoryBudget } = { ...DEFAULTS, ...options }
  const gpu = new Gpu(device)
  const tiles = new ResidentTiles(gpu.workspace, gpu.upload, memoryBudget)
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits
  const bindingLimit = Math.min(maxStorageBufferBindingSize, maxBufferSize)
  return {
    kind: 'webgpu',
    device: deviceName(info),
    maxTileElements(inputs) {
      const widths = inputs.reduce((total, dtype: FloatDType) => total + bytesPerElement(dtype), 0)
      // An output of F32 must fit one binding as well.
      const elements = Math.min(Math.min(maxArenaBytes, bindingLimit) / widths, bindingLimit / 4)
      return Math.max(1, Math.floor(elements / GRAM_BLOCK)) * GRAM_BLOCK
    },
    load: (tile, dtypes) => tiles.load(tile, dtypes),
    unload: (tile) => tiles.unload(tile),
    async gram(tile, request) {
      if (tile.elementCount === 0) return emptyGramPart(request.inputs.length)
      return tiles.use(tile, request.inputs, (arena) => gramTile(gpu, arena, request))
    },
    async blend(tile, program, into) {
      const prepared = prepareBlend(program)
      if (tile.elementCount === 0) return new Uint8Array(0)
      return tiles.use(tile, program.inputs, (arena) => blendTile(gpu, arena, prepared, into))
    },
    count: (tile, request) => tiles.use(tile, request.inputs, (arena) => countTile(gpu, arena, request)),
    sum: (tile, request) => tiles.use(tile, request.inputs, (arena) => sumTile(gpu, arena, request)),
    async map(tile, program, into) {
      if (tile.elementCount === 0) return new Uint8Array(0)
      return tiles.use(tile, program.inputs, (arena) => mapTile(gpu, arena, program, into))
    },
    async divergences(loaded, request) {
      const { tile, dtypes } = tiles.shelved(loaded, request.inputs)
      return twinDivergences(tile, dtypes, request)
    },
    products: (tile, request) => tiles.use(tile, request.inputs, (arena) => productsTile(gpu, arena, request)),
    rank: (tile, request) => tiles.use(tile, request.inputs, (arena) => rankTile(gpu, arena, request)),
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
