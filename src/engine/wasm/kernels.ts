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
  countRun(
    table: number,
    inputs: number,
    groups: number,
    key: number,
    factors: number,
    rowGroups: number,
    group: number,
    what: number,
    wanted: number,
    counts: number,
    scratch: number,
    flags: number,
  ): number
  /** @returns 1 where the sums stand */
  sumBlock(
    table: number,
    inputs: number,
    groups: number,
    key: number,
    factors: number,
    rowGroups: number,
    group: number,
    keeps: number,
    squares: number,
    scratch: number,
    sums: number,
    out: number,
  ): number
  mapRun(
    table: number,
    inputs: number,
    groups: number,
    rule: number,
    group: number,
    dtype: number,
    out: number,
    scratch: number,
    flags: number,
  ): number
  rowDivergence(table: number, groups: number, scratch: number): number
  /** @returns 1 where the products stand */
  rowProducts(table: number, inputs: number, groups: number, based: number, scratch: number, out: number): number
  /** @returns 1 where the mask stands */
  rankedMask(
    table: number,
    length: number,
    lowest: number,
    step: number,
    quad: number,
    place: number,
    k0: number,
    k1: number,
    scratch: number,
    mask: number,
  ): number
}

/** @throws StudioError when the browser cannot run them */
export function loadKernels(memory: WebAssembly.Memory): Promise<Kernels> {
  return instantiate<Kernels>(url, memory)
}
