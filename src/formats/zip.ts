import { StudioError } from '../problem.ts'
import type { StoredRecord } from '../tensor/tensor.ts'
import { readRange } from './blob.ts'
import type { WeightFile } from './checkpoint.ts'
import { mapConcurrently } from './concurrent.ts'
import { crc32 } from './crc32.ts'
import { parseDirectory, type ZipEntry } from './zip-directory.ts'
import { findDirectory } from './zip-end.ts'

/** A file of the archive, stored as it is. */
export interface ZipRecord extends Omit<StoredRecord, 'crc'> {
  /** null where the archive was written without checksums. */
  readonly crc: number | null
}

/** A directory entry takes 46 bytes and its name: this is room for a million records. */
const MAX_DIRECTORY_BYTES = 128 * 1024 * 1024
const LOCAL_HEADER_BYTES = 30
/** A data descriptor with ZIP64 sizes; with plain ones it has 16 bytes. */
const MAX_DESCRIPTOR_BYTES = 24
const READS_AT_ONCE = 16

/**
 * Lists the records of a zip archive (APPNOTE 6.3, with ZIP64) that stores its files uncompressed, as PyTorch writes it.
 * Central directory, local headers and data descriptors must agree, and records follow each other without a gap, so that
 * no wrong bit in them can move a record's data.
 * @throws StudioError naming the file, and the record where one is at fault
 */
export async function readZip(file: WeightFile): Promise<ReadonlyMap<string, ZipRecord>> {
  const end = await findDirectory(file)
  if (end.byteLength > MAX_DIRECTORY_BYTES) {
    throw new StudioError(
      `${file.name}: the zip's central directory has ${end.byteLength} bytes; at most ${MAX_DIRECTORY_BYTES} are read.`,
    )
  }
  const bytes = await readRange(file, end.offset, end.offset + end.byteLength, "the zip's central directory")
  const entries = parseDirectory(file.name, bytes, end.count).sort((a, b) => a.headerOffset - b.headerOffset)
  const first = entries[0]
  if (first !== undefined && first.headerOffset !== 0) {
    throw new StudioError(
      `${file.name}: there are ${first.headerOffset} bytes before the zip's first record "${first.name}".`,
    )
  }
  // Where each record begins, and where the last one ends. One read at each gives the end of one record and the header of the next.
  const bounds = [...entries.map((entry) => ({ at: entry.headerOffset, entry })), { at: end.offset, entry: null }]
  const seams = await mapConcurrently(bounds, READS_AT_ONCE, ({ at, entry }) => readSeam(file, at, entry, end.offset))
  // PyTorch can be told to leave them out (set_crc32_options): then all of them are 0.
  const summed = entries.some(({ crc }) => crc !== 0)
  const records = entries.map((entry, i): ZipRecord => {
    const offset = checkHeader(file.name, entry, (seams[i] as Seam).header)
    checkEnd(file.name, entry, offset, (bounds[i + 1] as { at: number }).at, (seams[i + 1] as Seam).before)
    return { name: entry.name, offset, byteLength: entry.byteLength, crc: summed ? entry.crc : null }
  })
  return new Map(records.map((record) => [record.name, record]))
}

/** The bytes around the place where one record ends and the next begins. */
interface Seam {
  /** The last bytes of the record before, where its data descriptor is. */
  readonly before: DataView
  readonly header: Uint8Array
}

async function readSeam(file: WeightFile, at: number, entry: ZipEntry | null, end: number): Promise<Seam> {
  const to = entry === null ? at : at + LOCAL_HEADER_BYTES + entry.nameBytes.length
  if (to > end)
    throw new StudioError(
      `${file.name}: the zip's record "${entry?.name}" reaches past the start of the central directory.`,
    )
  const from = Math.max(0, at - MAX_DESCRIPTOR_BYTES)
  const bytes = await readRange(file, from, to, "a record's header")
  return { before: new DataView(bytes.buffer, 0, at - from), header: bytes.subarray(at - from) }
}

/** Checks a record's own header against the directory. @returns byte offset of its data */
function checkHeader(file: string, entry: ZipEntry, header: Uint8Array): number {
  const fail = (what: string) =>
    new StudioError(
      `${file}: the zip's record "${entry.name}" has ${what} in its own header than in the central directory.`,
    )
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  if (view.getUint32(0, true) !== 0x04034b50) {
    throw new StudioError(`${file}: the zip's record "${entry.name}" is not where the central directory says it is.`)
  }
  const name = header.subarray(LOCAL_HEADER_BYTES)
  if (view.getUint16(26, true) !== name.length || name.some((byte, i) => byte !== entry.nameBytes[i]))
    throw fail('another name')
  if (view.getUint16(6, true) !== entry.flags) throw fail('other flags')
  if (view.getUint16(8, true) !== 0) throw fail('another compression method')
  // With bit 3 checksum and sizes follow the data instead; all ones stand for a ZIP64 field.
  const later = hasDescriptor(entry)
  const crc = view.getUint32(14, true)
  if (crc !== entry.crc && !(later && crc === 0)) throw fail('another checksum (CRC)')
  const agrees = (size: number) => size === entry.byteLength || size === 0xffffffff || (later && size === 0)
  if (!agrees(view.getUint32(18, true)) || !agrees(view.getUint32(22, true))) throw fail('another size')
  return entry.headerOffset + LOCAL_HEADER_BYTES + name.length + view.getUint16(28, true)
}

/** Checks that a record's data, and its data descriptor if it has one, end where the next record begins. */
function checkEnd(file: string, entry: ZipEntry, offset: number, next: number, before: DataView): void {
  const gap = next - (offset + entry.byteLength)
  const fail = (what: string) => new StudioError(`${file}: the zip's record "${entry.name}" ${what}.`)
  if (gap < 0) throw fail('overlaps the one that follows it')
  if (!hasDescriptor(entry)) {
    if (gap > 0) throw fail(`is followed by ${gap} bytes that belong to no record`)
    return
  }
  const at = before.byteLength - gap
  if ((gap !== 16 && gap !== 24) || before.getUint32(at, true) !== 0x08074b50)
    throw fail('has no data descriptor where its data end')
  if (before.getUint32(at + 4, true) !== entry.crc)
    throw fail('has another checksum (CRC) behind its data than in the central directory')
  const size = (field: number) =>
    gap === 16 ? before.getUint32(at + 8 + 4 * field, true) : Number(before.getBigUint64(at + 8 + 8 * field, true))
  if (size(0) !== entry.byteLength || size(1) !== entry.byteLength)
    throw fail('has another size behind its data than in the central directory')
}

function hasDescriptor(entry: ZipEntry): boolean {
  return (entry.flags & 8) !== 0
}

/**
 * Reads a small record whole and checks its checksum.
 * @param maxBytes larger ones are refused
 */
export async function readRecord(
  file: WeightFile,
  record: ZipRecord,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { name, offset, byteLength } = record
  if (byteLength > maxBytes) {
    throw new StudioError(`${file.name}: the record "${name}" has ${byteLength} bytes; at most ${maxBytes} are read.`)
  }
  const bytes = await readRange(file, offset, offset + byteLength, `the record "${name}"`)
  if (record.crc !== null && crc32(bytes) !== record.crc) {
    throw new StudioError(
      `${file.name}: the record "${name}" does not match its checksum (CRC): the file is damaged, download it again.`,
    )
  }
  return bytes
}
