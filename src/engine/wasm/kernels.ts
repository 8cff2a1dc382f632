import url from './assembly/index.ts?asc'
import { instantiate } from './instantiate.ts'

/** What the AssemblyScript program exports; every number is an address or a count, see assembly/*.ts. */
export interface Kernels {
  gramBlock(
    table: number,
    inputs: number,
    origin: number,
    groups: number,
    scratch: number,
    sums: number,
    out: number,
  ): number
  blendRun(
    table: number,
    inputs: number,
    stages: number,
    groups: number,
    out: number,
    scratch: number,
    flags: number,
  ): number
}

/** @throws StudioError when the browser cannot run them */
export function loadKernels(memory: WebAssembly.Memory): Promise<Kernels> {
  return instantiate<Kernels>(url, memory)
}
