import { StudioError } from '../../problem.ts'
import url from './assembly/index.ts?asc'

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

/** Fetches and compiles the program, for a page or a worker. @throws StudioError when the browser cannot run it */
export async function loadKernels(memory: WebAssembly.Memory): Promise<Kernels> {
  try {
    const { instance } = await instantiate({ env: { memory } })
    return instance.exports as unknown as Kernels
  } catch (cause) {
    throw new StudioError(
      `The WebAssembly kernels did not start (${cause instanceof Error ? cause.message : String(cause)}): reload the page, or use a browser with WebAssembly SIMD.`,
    )
  }
}

async function instantiate(imports: WebAssembly.Imports): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`)
  // A server that does not know the media type of .wasm makes streaming impossible, nothing else.
  if (response.headers.get('Content-Type')?.startsWith('application/wasm'))
    return WebAssembly.instantiateStreaming(response, imports)
  return WebAssembly.instantiate(await response.arrayBuffer(), imports)
}
