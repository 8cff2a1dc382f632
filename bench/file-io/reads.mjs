// Ways of reading a part of a file. Each gives the number of bytes that came.

const BYOB_BYTES = 4 * 2 ** 20
const buffers = []

/** @type {Record<string, (part: Blob) => Promise<number> | number>} */
export const READS = {
  arrayBuffer: async (part) => (await part.arrayBuffer()).byteLength,
  response: async (part) => (await new Response(part).arrayBuffer()).byteLength,
  // Only workers have it; it holds its thread.
  readerSync: (part) => new globalThis.FileReaderSync().readAsArrayBuffer(part).byteLength,
  // Into a buffer that is used again.
  byob: async (part) => {
    const reader = part.stream().getReader({ mode: 'byob' })
    let buffer = buffers.pop() ?? new ArrayBuffer(BYOB_BYTES)
    let at = 0
    while (at < part.size) {
      const { value } = await reader.read(new Uint8Array(buffer))
      if (value === undefined) break
      at += value.byteLength
      buffer = value.buffer
    }
    buffers.push(buffer)
    return at
  },
  stream: async (part) => {
    const whole = new Uint8Array(part.size)
    let at = 0
    for await (const bytes of part.stream()) {
      whole.set(bytes, at)
      at += bytes.length
    }
    return at
  },
}

/**
 * @typedef {object} ReadSettings
 * @property {keyof typeof READS} how
 * @property {number} mebibytes of one read
 * @property {number} inFlight
 */

/**
 * Reads every `of`-th slice of all files, from the `lane`-th on.
 * @param {File[]} files
 * @param {ReadSettings} settings
 * @param {number} lane
 * @param {number} of
 */
export async function readAll(files, { how, mebibytes, inFlight }, lane, of) {
  const slice = mebibytes * 2 ** 20
  const parts = files
    .flatMap((file) => Array.from({ length: Math.ceil(file.size / slice) }, (_, i) => ({ file, from: i * slice })))
    .filter((_, i) => i % of === lane)
  let bytes = 0
  const take = async () => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift())
      bytes += await READS[how](part.file.slice(part.from, Math.min(part.file.size, part.from + slice)))
  }
  await Promise.all(Array.from({ length: inFlight }, take))
  return bytes
}
