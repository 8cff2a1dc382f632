import type { FloatDType } from '../../tensor/dtype.ts'
import type { DivergenceRequest } from '../elementwise/program.ts'
import type { Engine, Tile } from '../engine.ts'
import { createWasmEngine } from '../wasm/wasm-engine.ts'

let twin: Promise<Engine> | null = null

/**
 * The divergences of a tile's rows, for a WebGPU engine. They are sums of exponentials and logarithms in float64, which WGSL has not; and
 * their last bits count: a key is a difference times its row's divergence in F32, and the quartiles of the keys decide about every element.
 * In double F32 they would come close, but not to the same bits, and so not to the same bytes; and a guard band around each decision does
 * not help, since the quartiles themselves are keys. So the WebAssembly twin makes them; the rest of Arcee Fusion is done on the GPU.
 */
export async function twinDivergences(
  tile: Tile,
  dtypes: readonly FloatDType[],
  request: DivergenceRequest,
): Promise<Float32Array> {
  twin ??= createWasmEngine().catch((cause: unknown) => {
    // The next tensor tries again.
    twin = null
    throw cause
  })
  const engine = await twin
  const loaded = engine.load(tile, dtypes)
  try {
    return await engine.divergences(loaded, request)
  } finally {
    engine.unload(loaded)
  }
}
