// What the browser can do at best: read every input, write one output of the first input's size. No arithmetic.

const MEBIBYTE = 1 << 20

/**
 * @typedef {object} CopySettings
 * @property {number} files output files that share the bytes
 * @property {number} open files being written at once
 * @property {number} closes that may run at once, while the next files are written
 * @property {number} sliceMebibytes bytes of one read and of one write
 * @property {number} reads reads in flight, over all inputs
 * @property {number} writes writes in flight for each file
 */

/**
 * Each output file has a lane that reads the same slice of all inputs and writes the first input's bytes at its position.
 * A close runs in the background while its lane goes on with the next file. Finished when the last close is.
 * @param {File[]} inputs
 * @param {FileSystemDirectoryHandle} folder
 * @param {CopySettings} settings
 * @returns {Promise<{ seconds: number, bytesRead: number, bytesWritten: number }>}
 */
export async function copy(inputs, folder, settings) {
  const began = performance.now()
  const total = inputs[0].size
  const slice = settings.sliceMebibytes * MEBIBYTE
  const fileBytes = Math.ceil(total / settings.files / slice) * slice
  const reading = slots(settings.reads)
  /** @type {Set<Promise<void>>} */
  const closing = new Set()
  let bytesRead = 0
  let next = 0

  const read = (input, begin, end) =>
    reading(async () => {
      const bytes = await input.slice(begin, end).arrayBuffer()
      bytesRead += bytes.byteLength
      return bytes
    })

  const lane = async () => {
    while (next * fileBytes < total) {
      const index = next++
      const first = index * fileBytes
      const last = Math.min(total, first + fileBytes)
      const handle = await folder.getFileHandle(`copy-${index}.safetensors`, { create: true })
      const writable = await handle.createWritable()
      const writing = slots(settings.writes)
      const moves = []
      for (let begin = first; begin < last; begin += slice) {
        const end = Math.min(last, begin + slice)
        moves.push(
          writing(async () => {
            const [data] = await Promise.all(inputs.map((input) => read(input, begin, end)))
            await writable.write({ type: 'write', position: begin - first, data })
          }),
        )
      }
      await Promise.all(moves)
      while (closing.size >= settings.closes) await Promise.race(closing)
      const close = writable.close().finally(() => closing.delete(close))
      closing.add(close)
    }
  }
  await Promise.all(Array.from({ length: settings.open }, lane))
  await Promise.all(closing)
  return { seconds: (performance.now() - began) / 1000, bytesRead, bytesWritten: total }
}

/**
 * @param {number} count
 * @returns {<T>(task: () => Promise<T>) => Promise<T>} runs tasks in order, at most `count` at once
 */
function slots(count) {
  let free = count
  /** @type {(() => void)[]} */
  const waiting = []
  return async (task) => {
    if (free > 0) free--
    else await new Promise((resolve) => waiting.push(() => resolve(undefined)))
    try {
      return await task()
    } finally {
      const wake = waiting.shift()
      if (wake) wake()
      else free++
    }
  }
}
