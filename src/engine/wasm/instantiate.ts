import { StudioError } from '../../problem.ts'

/**
 * Fetches and compiles an AssemblyScript program, for a page or a worker.
 * @param memory what the program works in
 * @returns its exports
 * @throws StudioError when the browser cannot run it
 */
export async function instantiate<Exports>(url: string, memory: WebAssembly.Memory): Promise<Exports> {
  try {
    const { instance } = await fetchAndCompile(url, { env: { memory } })
    return instance.exports as unknown as Exports
  } catch (cause) {
    throw new StudioError(
      `The WebAssembly kernels did not start (${cause instanceof Error ? cause.message : String(cause)}): reload the page, or use a browser with WebAssembly SIMD.`,
    )
  }
}

async function fetchAndCompile(
  url: string,
  imports: WebAssembly.Imports,
): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`)
  // A server that does not know the media type of .wasm makes streaming impossible, nothing else.
  if (response.headers.get('Content-Type')?.startsWith('application/wasm'))
    return WebAssembly.instantiateStreaming(response, imports)
  return WebAssembly.instantiate(await response.arrayBuffer(), imports)
}
