import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Plugin } from 'vite'

const QUERY = '?asc'
const CACHE = 'node_modules/.cache/assemblyscript'

/** AssemblyScript compiles to SIMD, without a garbage collector: the kernels only touch memory that the engine hands them. */
const FLAGS = [
  ...['--runtime', 'stub', '--use', 'abort='],
  ...['-O3', '--noAssert', '--enable', 'simd'],
  ...['--importMemory', '--zeroFilledMemory'],
]

/**
 * `import url from './assembly/index.ts?asc'` compiles the AssemblyScript program and gives the URL of its .wasm file.
 * The result is cached by the content of every file in the program's folder.
 */
export function assemblyScript(): Plugin {
  return {
    name: 'assemblyscript',
    enforce: 'pre',
    resolveId(id, importer) {
      if (!id.endsWith(QUERY) || importer === undefined) return null
      return resolve(dirname(importer.split('?')[0] ?? importer), id)
    },
    async load(id) {
      if (!id.endsWith(QUERY)) return null
      const entry = id.slice(0, -QUERY.length)
      const sources = await sourcesBeside(entry)
      for (const source of sources) this.addWatchFile(source)
      const outFile = resolve(CACHE, `${await hashOf(sources)}.wasm`)
      if (!(await exists(outFile))) await compile(entry, outFile)
      return `export { default } from ${JSON.stringify(`${outFile}?url&no-inline`)}`
    },
  }
}

async function compile(entry: string, outFile: string): Promise<void> {
  await mkdir(dirname(outFile), { recursive: true })
  const { main } = await import('assemblyscript/asc')
  // Another run of Vite may be at it too: the finished file appears under its name at once.
  const partial = `${outFile}.${randomUUID()}`
  const { error, stderr } = await main([entry, '--outFile', partial, ...FLAGS])
  if (error) throw new Error(`AssemblyScript: ${error.message}\n${stderr.toString()}`)
  await rename(partial, outFile)
}

async function sourcesBeside(entry: string): Promise<string[]> {
  const names = await readdir(dirname(entry))
  return names
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(dirname(entry), name))
}

async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(FLAGS.join(' '))
  for (const file of files) hash.update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
