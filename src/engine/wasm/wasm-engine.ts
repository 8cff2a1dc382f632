import { prepareBlend } from '../blend-program.ts'
import { type Engine, GRAM_BLOCK } from '../engine.ts'
import { countElements, countLength } from '../elementwise/reference-count.ts'
import { mapElements } from '../elementwise/reference-map.ts'
import { sumElements } from '../elementwise/reference-sum.ts'
import { outputBytes } from '../output-bytes.ts'
import { bytesPerElement } from '../../tensor/dtype.ts'
import { TileShelf } from '../tile-shelf.ts'
import { blendTile } from './blend.ts'
import { gramTile } from './gram.ts'
import { loadKernels } from './kernels.ts'
import { Layout } from './layout.ts'

/** Elements of a tile: the kernels copy small runs of it, so that the size only bounds how long one call keeps its thread. */
const TILE = 512 * GRAM_BLOCK

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
      const tile = shelf.tile(loaded, request.inputs)
      const counts = new Uint32Array(countLength(request, tile.elementCount))
      countElements(tile, request, 0, tile.elementCount, counts)
      return counts
    },
    async sum(loaded, request) {
      return sumElements(shelf.tile(loaded, request.inputs), request)
    },
    async map(loaded, program, into) {
      const tile = shelf.tile(loaded, program.inputs)
      const output = outputBytes(tile.elementCount * bytesPerElement(program.round), into)
      mapElements(tile, program, 0, tile.elementCount, output)
      return output
    },
    destroy: () => shelf.clear(),
  }
}
