import { StudioError } from '../problem.ts'

/** What the central directory says of a record. */
export interface ZipEntry {
  readonly name: string
  readonly nameBytes: Uint8Array
  readonly flags: number
  readonly crc: number
  readonly byteLength: number
  /** Byte offset of the record's own header. */
  readonly headerOffset: number
}

const ENTRY_BYTES = 46
const UINT16_MAX = 0xffff
const UINT32_MAX = 0xffffffff
/** Bit 3 (sizes follow the data) and bit 11 (the name is UTF-8): all that PyTorch sets. Compression hints mean nothing here. */
const KNOWN_FLAGS = 0x080e

/** @throws StudioError where an entry is broken, compressed, encrypted, or where their number is not `count` */
export function parseDirectory(file: string, bytes: Uint8Array<ArrayBuffer>, count: number): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: ZipEntry[] = []
  const names = new Set<string>()
  for (let at = 0; at < bytes.length; ) {
    if (at + ENTRY_BYTES > bytes.length || view.getUint32(at, true) !== 0x02014b50) {
      throw new StudioError(
        `${file}: the zip's central directory is broken at entry ${entries.length + 1} of ${count}.`,
      )
    }
    const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true)
    const extraEnd = nameEnd + view.getUint16(at + 30, true)
    const next = extraEnd + view.getUint16(at + 32, true)
    if (next > bytes.length) {
      throw new StudioError(`${file}: the zip's central directory ends inside entry ${entries.length + 1} of ${count}.`)
    }
    const entry = parseEntry(file, view, bytes, at, nameEnd, extraEnd)
    if (names.has(entry.name)) throw new StudioError(`${file}: the zip has two records named "${entry.name}".`)
    names.add(entry.name)
    entries.push(entry)
    at = next
  }
  if (entries.length !== count) {
    throw new StudioError(`${file}: the zip's central directory claims ${count} entries but has ${entries.length}.`)
  }
  return entries
}

function parseEntry(
  file: string,
  view: DataView,
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  nameEnd: number,
  extraEnd: number,
): ZipEntry {
  const nameBytes = bytes.subarray(at + ENTRY_BYTES, nameEnd)
  const name = decodeName(file, nameBytes)
  const fail = (what: string) => new StudioError(`${file}: the zip's record "${name}" ${what}.`)
  const flags = view.getUint16(at + 8, true)
  if ((flags & 0x2041) !== 0) throw fail('is encrypted (by its flags); save the checkpoint without a password')
  if ((flags & ~KNOWN_FLAGS) !== 0) throw fail(`has the unknown flags 0x${flags.toString(16)}`)
  const method = view.getUint16(at + 10, true)
  if (method !== 0) {
    throw fail(
      `is compressed (method ${method}); PyTorch stores its records uncompressed: unpack the file and save it again`,
    )
  }
  // Which of these stand in a ZIP64 field instead, in this order.
  const packed = view.getUint32(at + 20, true)
  const size = view.getUint32(at + 24, true)
  const offset = view.getUint32(at + 42, true)
  const wide = readZip64(view, nameEnd, extraEnd)
  const take = (value: number) => {
    if (value !== UINT32_MAX) return value
    const field = wide.shift()
    if (field === undefined) throw fail('lacks the ZIP64 field that its size or place needs')
    return field
  }
  const byteLength = take(size)
  const packedLength = take(packed)
  const headerOffset = take(offset)
  const disk = view.getUint16(at + 34, true)
  if (disk !== 0 && disk !== UINT16_MAX) throw fail('lies on another disk of a split archive')
  if (packedLength !== byteLength) throw fail(`is stored but has two sizes, ${packedLength} and ${byteLength} bytes`)
  return { name, nameBytes, flags, crc: view.getUint32(at + 16, true), byteLength, headerOffset }
}

/** The 8-byte numbers of the ZIP64 extra field; none where there is no such field. */
function readZip64(view: DataView, from: number, to: number): number[] {
  for (let at = from; at + 4 <= to; ) {
    const length = view.getUint16(at + 2, true)
    const end = Math.min(at + 4 + length, to)
    if (view.getUint16(at, true) === 1) {
      const fields: number[] = []
      for (let field = at + 4; field + 8 <= end; field += 8) fields.push(Number(view.getBigUint64(field, true)))
      return fields
    }
    at = end
  }
  return []
}

function decodeName(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new StudioError(`${file}: the zip has a record whose name is not valid UTF-8.`)
  }
}
