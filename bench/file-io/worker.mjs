import { readAll } from './reads.mjs'
import { writeAll } from './writes.mjs'

/** @param {{ kind: 'read' | 'write', target: File[] | FileSystemDirectoryHandle, settings: object, lane: number, of: number }} task */
export async function run({ kind, target, settings, lane, of }) {
  const began = performance.timeOrigin + performance.now()
  const found = kind === 'read' ? await readAll(target, settings, lane, of) : await writeAll(target, settings, lane, of)
  return { began, found, ended: performance.timeOrigin + performance.now() }
}

if ('WorkerGlobalScope' in globalThis) {
  postMessage('ready')
  addEventListener('message', ({ data }) => {
    run(data).then(
      (result) => postMessage({ result }),
      (error) => postMessage({ error: String(error) }),
    )
  })
}
