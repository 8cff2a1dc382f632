import { instantiate } from '../engine/wasm/instantiate.ts'
import url from './wasm/assembly/index.ts?asc'

/** What the AssemblyScript program exports; addresses in bytes, sizes in elements, see wasm/assembly/*.ts. */
export interface TasteKernels {
  matmul(
    a: number,
    lda: number,
    w: number,
    dtype: number,
    ldw: number,
    c: number,
    ldc: number,
    m: number,
    n: number,
    k: number,
    scratch: number,
  ): void
  rmsNorm(x: number, weight: number, out: number, m: number, n: number, epsilon: number): void
  rope(x: number, heads: number, half: number, m: number, cos: number, sin: number): void
  addTo(x: number, y: number, m: number, n: number, step: number): void
  softmax(scores: number, ld: number, m: number, first: number, padded: number, scale: number): void
  siluTimes(gate: number, up: number, count: number): void
  logSumExp(row: number, count: number): number
}

/** @throws StudioError when the browser cannot run them */
export function loadTasteKernels(memory: WebAssembly.Memory): Promise<TasteKernels> {
  return instantiate<TasteKernels>(url, memory)
}
