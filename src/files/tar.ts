/** A record of a tar archive has this many bytes; headers and files fill whole ones. */
const RECORD = 512
/** The largest size that a header's eleven octal digits hold. */
const MAX_SIZE = 8 ** 11 - 1
const MAX_NAME = 100

/**
 * One uncompressed archive (POSIX.1-2001 pax) of several files. Nothing is read or held: the result is made of parts that refer to the
 * files, and whoever saves it streams them. No dates and no owners, so that the same files give the same archive.
 * @param folder the folder that they unpack into
 */
export function tarOf(folder: string, files: readonly File[]): Blob {
  const parts: BlobPart[] = []
  for (const file of files) {
    const path = `${folder}/${file.name}`
    const extended = paxRecords(path, file.size)
    if (extended !== null) parts.push(header('pax', extended.length, 'x'), extended, padding(extended.length))
    parts.push(header(path, file.size, '0'), file, padding(file.size))
  }
  // Two empty records end an archive.
  return new Blob([...parts, new Uint8Array(2 * RECORD)], { type: 'application/x-tar' })
}

/** What a plain header does not say of a file: a long path, one that is not ASCII, a size of 8 GiB or more. @returns null where it says it all */
export function paxRecords(path: string, size: number): Uint8Array<ArrayBuffer> | null {
  const long = new TextEncoder().encode(path).length > MAX_NAME || /[^ -~]/.test(path)
  const records = [...(long ? [record('path', path)] : []), ...(size > MAX_SIZE ? [record('size', String(size))] : [])]
  return records.length === 0 ? null : new TextEncoder().encode(records.join(''))
}

/** `LENGTH key=value\n`, where LENGTH counts itself too. */
function record(key: string, value: string): string {
  const rest = new TextEncoder().encode(` ${key}=${value}\n`).length
  let length = rest + 1
  while (String(length).length + rest !== length) length = String(length).length + rest
  return `${length} ${key}=${value}\n`
}

function header(path: string, size: number, type: 'x' | '0'): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(RECORD)
  const put = (at: number, text: string) => new TextEncoder().encodeInto(text, bytes.subarray(at))
  const name = new TextEncoder().encode(path.replaceAll(/[^ -~]/g, '_'))
  bytes.set(name.subarray(0, MAX_NAME))
  put(100, '0000644\0')
  put(108, '0000000\0')
  put(116, '0000000\0')
  put(124, `${(size > MAX_SIZE ? 0 : size).toString(8).padStart(11, '0')}\0`)
  put(136, `${'0'.repeat(11)}\0`)
  // The checksum is taken with spaces in its place.
  put(148, ' '.repeat(8))
  put(156, type)
  put(257, 'ustar\x0000')
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  return bytes
}

function padding(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((RECORD - (size % RECORD)) % RECORD)
}
