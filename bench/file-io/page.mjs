import { run } from './worker.mjs'

/**
 * Reads and writes at once, each from the page or from workers of its own.
 * @param {FileSystemDirectoryHandle[]} models
 * @param {FileSystemDirectoryHandle} folder
 * @param {{ read: (import('./reads.mjs').ReadSettings & { workers: number }) | null, write: (import('./writes.mjs').WriteSettings & { workers: number }) | null }} settings
 * @returns {Promise<{ read: number, written: number, closed: number }>} seconds
 */
globalThis.fileIo = async (models, folder, { read, write }) => {
  const files = await Promise.all(
    models.map(async (model) => (await model.getFileHandle('model.safetensors')).getFile()),
  )
  const threads = await Promise.all([
    ...(read ? start('read', files, read) : []),
    ...(write ? start('write', folder, write) : []),
  ])
  const began = performance.timeOrigin + performance.now()
  const results = await Promise.all(threads.map(({ kind, go }) => go().then((result) => ({ kind, ...result }))))
  const latest = (/** @type {number[]} */ times) => Math.max(0, ...times.map((time) => (time - began) / 1000))
  const of = (/** @type {string} */ kind) => results.filter((result) => result.kind === kind)
  return {
    read: latest(of('read').map(({ ended }) => ended)),
    written: latest(of('write').map(({ found }) => found.writtenAt)),
    closed: latest(of('write').map(({ ended }) => ended)),
  }
}

function start(kind, target, { workers, ...settings }) {
  if (workers === 0) return [{ kind, go: () => run({ kind, target, settings, lane: 0, of: 1 }) }]
  return Array.from({ length: workers }, async (_, lane) => {
    const worker = new Worker('/worker.mjs', { type: 'module' })
    await new Promise((resolve) => worker.addEventListener('message', resolve, { once: true }))
    const go = () =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.result))
        worker.postMessage({ kind, target, settings, lane, of: workers })
      })
    return { kind, go }
  })
}
