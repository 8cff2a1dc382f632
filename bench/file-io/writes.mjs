/**
 * @typedef {object} WriteSettings
 * @property {number} files output files that share the bytes
 * @property {number} open files being written at once by each thread
 * @property {number} mebibytes of one write
 * @property {number} inFlight writes in flight for each file
 * @property {number} closes that may run at once
 * @property {'buffer' | 'blob'} what a buffer used again, or a Blob made of it
 * @property {number} gigabytes over all files and threads
 */

/**
 * Writes every `of`-th file, from the `lane`-th on. A close runs in the background while the next file is written.
 * @param {FileSystemDirectoryHandle} folder
 * @param {WriteSettings} settings
 * @param {number} lane
 * @param {number} of
 * @returns {Promise<{ bytes: number, writtenAt: number }>} with the time at which the last write was done
 */
export async function writeAll(folder, { files, open, mebibytes, inFlight, what, gigabytes, closes }, lane, of) {
  const fileBytes = Math.ceil((gigabytes * 1e9) / files)
  const buffer = new Uint8Array(mebibytes * 2 ** 20).fill(1)
  const indices = Array.from({ length: files }, (_, i) => i).filter((i) => i % of === lane)
  /** @type {Set<Promise<void>>} */
  const closing = new Set()
  const take = async () => {
    for (let index = indices.shift(); index !== undefined; index = indices.shift()) {
      const handle = await folder.getFileHandle(`written-${index}.safetensors`, { create: true })
      const writable = await handle.createWritable()
      let next = 0
      const write = async () => {
        for (let position = next; position < fileBytes; position = next) {
          next += buffer.length
          const bytes = buffer.subarray(0, Math.min(buffer.length, fileBytes - position))
          await writable.write({ type: 'write', position, data: what === 'blob' ? new Blob([bytes]) : bytes })
        }
      }
      await Promise.all(Array.from({ length: inFlight }, write))
      while (closing.size >= closes) await Promise.race(closing)
      const close = writable.close().finally(() => closing.delete(close))
      closing.add(close)
    }
  }
  await Promise.all(Array.from({ length: open }, take))
  const writtenAt = performance.timeOrigin + performance.now()
  await Promise.all(closing)
  return { bytes: fileBytes * files, writtenAt }
}
