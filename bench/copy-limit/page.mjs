import { copy } from './copy.mjs'

/**
 * Called by the program that started the browser.
 * @param {FileSystemDirectoryHandle[]} models
 * @param {FileSystemDirectoryHandle} folder
 * @param {import('./copy.mjs').CopySettings & { thread: 'page' | 'worker' }} settings
 */
globalThis.copyLimit = async (models, folder, { thread, ...settings }) => {
  const inputs = await Promise.all(
    models.map(async (model) => (await model.getFileHandle('model.safetensors')).getFile()),
  )
  if (thread === 'page') return copy(inputs, folder, settings)
  const worker = new Worker('/worker.mjs', { type: 'module' })
  try {
    return await new Promise((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message))
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.result))
      worker.postMessage({ inputs, folder, settings })
    })
  } finally {
    worker.terminate()
  }
}
