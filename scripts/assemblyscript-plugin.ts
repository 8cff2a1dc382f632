import { mkdir, readFile, stat } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import type { Plugin } from 'vite'

const CACHE = 'node_modules/.cache/assemblyscript'

/** AssemblyScript compiles to SIMD, without a garbage collector: the kernels only touch memory that the engine hands them. */
const FLAGS = [
  '--runtime',
  'stub',
  '--use',
  'abort=',
  '-O3',
  '--noAssert',
  '--enable',
  'simd',
  '--importMemory',
  '--zeroFilledMemory',
]

/**
 * `import url from './assembly/index.ts?asc'` compiles the AssemblyScript program and gives the URL of its .wasm file.
 * The result is cached by the content of every file in the program's folder.
 */
export function assemblyScript(): Plugin {
  return {
    name: 'assemblyscript',
    enforce: 'pre',
    async resolveId(id, importer) {
      if (!id.endsWith('?asc') || importer === undefined) return null
      return resolve(dirname(importer.split('?')[0] ?? importer), id)
    },
    async load(id) {
      if (!id.endsWith('?asc')) return null
      const entry = id.slice(0, -'?asc'.length)
      const { globSync } = await import('node:fs').then((fs) => ({
        globSync: (dir: string) => fs.readdirSync(dir).filter((name) => name.endsWith('.ts')),
      }))
      const hash = createHash('sha256').update(FLAGS.join(' '))
      for (const name of globSync(dirname(entry)).sort()) {
        const file = join(dirname(entry), name)
        this.addWatchFile(file)
        hash.update(await readFile(file))
      }
      const outFile = resolve(CACHE, `${hash.digest('hex').slice(0, 16)}.wasm`)
      if (!(await exists(outFile))) {
        await mkdir(CACHE, { recursive: true })
        const asc = await import('assemblyscript/asc')
        const { error, stderr } = await asc.main([entry, '--outFile', outFile, ...FLAGS])
        if (error) this.error(`AssemblyScript: ${error.message}\n${stderr.toString()}`)
      }
      return `export { default } from ${JSON.stringify(`${outFile}?url&no-inline`)}`
    },
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
