import { existsSync } from 'node:fs'
import base from '../vite.config.ts'

const stub = {
  name: 'stub',
  enforce: 'pre' as const,
  resolveId(id: string) {
    return id.endsWith('engine/index.ts') && !existsSync('/work/main/src/engine/index.ts') ? '\0engine-index' : null
  },
  load(id: string) {
    return id === '\0engine-index'
      ? `import { createReferenceEngine } from '/work/main/src/engine/reference.ts'
export async function chooseEngine(k) { return { engine: {...createReferenceEngine(), kind: k === 'webgpu' ? 'webgpu' : 'wasm'}, reason: 'stub' } }`
      : null
  },
}
export default {
  ...base,
  root: '/work/main',
  plugins: [stub, ...(base.plugins ?? [])],
  worker: { format: 'es', plugins: () => [stub, ...(base.worker?.plugins?.() ?? [])] },
  build: { ...base.build, outDir: '/tmp/e2edist', emptyOutDir: true },
}
