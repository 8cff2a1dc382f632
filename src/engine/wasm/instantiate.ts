import { StudioError } from '../../problem.ts'

/** Compiled programs of this thread, by URL: a merge that begins, or loses its GPU, asks the server for nothing. */
const modules = new Map<string, Promise<WebAssembly.Module>>()

/**
 * Fetches and compiles an AssemblyScript program, for a page or a worker; each of them does it once.
 * @param memory what the program works in
 * @returns its exports
 * @throws StudioError when the browser cannot run it
 */
export async function instantiate<Exports>(url: string, memory: WebAssembly.Memory): Promise<Exports> {
  try {
    const compiling = modules.get(url) ?? fetchAndCompile(url)
    modules.set(url, compiling)
    const instance = await WebAssembly.instantiate(await compiling, { env: { memory } })
    return instance.exports as unknown as Exports
  } catch (cause) {
    modules.delete(url)
    throw new StudioError(
      `The WebAssembly kernels did not start (${cause instanceof Error ? cause.message : String(cause)}): reload the page, or use a browser with WebAssembly SIMD.`,
    )
  }
}

async function fetchAndCompile(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`)
  // A server that does not know the media type of .wasm makes streaming impossible, nothing else.
  if (response.headers.get('Content-Type')?.startsWith('application/wasm'))
    return WebAssembly.compileStreaming(response)
  return WebAssembly.compile(await response.arrayBuffer())
}
