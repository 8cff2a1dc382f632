import { prepareBlend } from '../blend-program.ts'
import { type Engine, GRAM_BLOCK } from '../engine.ts'
import { TileShelf } from '../tile-shelf.ts'
import { blendTile } from './blend.ts'
import { countTile } from './count.ts'
import { gramTile } from './gram.ts'
import { loadKernels } from './kernels.ts'
import { Layout } from './layout.ts'
import { mapTile } from './map.ts'
import { divergencesOf, productsOf, ranksOf } from './rows.ts'
import { sumTile } from './sum.ts'

/** Elements of a tile: the kernels copy small runs of it, so that the size only bounds how long one call keeps its thread. */
const TILE = 1024 * GRAM_BLOCK

/** The engine for every browser: WebAssembly SIMD on the calling thread. Tiles stay where the caller has them. */
export async function createWasmEngine(): Promise<Engine> {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 1024 })
  const kernels = await loadKernels(memory)
  const shelf = new TileShelf()
  return {
    kind: 'wasm',
    device: 'WebAssembly SIMD on the processor',
    maxTileElements: () => TILE,
    load: (tile, dtypes) => shelf.load(tile, dtypes),
    unload: (tile) => shelf.unload(tile),
    async gram(loaded, request) {
      return gramTile(kernels, new Layout(memory), shelf.tile(loaded, request.inputs), request)
    },
    async blend(loaded, program, into) {
      return blendTile(kernels, new Layout(memory), shelf.tile(loaded, program.inputs), prepareBlend(program), into)
    },
    async count(loaded, request) {
      return countTile(kernels, new Layout(memory), shelf.tile(loaded, request.inputs), request)
    },
    async sum(loaded, request) {
      return sumTile(kernels, new Layout(memory), shelf.tile(loaded, request.inputs), request)
    },
    async map(loaded, program, into) {
      const tile = shelf.tile(loaded, program.inputs)
      const { bytes, isTame } = mapTile(kernels, new Layout(memory), tile, program, into)
      if (isTame) shelf.noteFinite(loaded)
      return bytes
    },
    async divergences(loaded, request) {
      return divergencesOf(kernels, new Layout(memory), shelf.tile(loaded, request.inputs), request)
    },
    async products(loaded, request) {
      return productsOf(kernels, new Layout(memory), shelf.tile(loaded, request.inputs), request)
    },
    async rank(loaded, request) {
      return ranksOf(kernels, new Layout(memory), shelf.tile(loaded, request.inputs), request)
    },
    isFinite: (loaded) => shelf.isFinite(loaded),
    destroy: () => shelf.clear(),
  }
}
