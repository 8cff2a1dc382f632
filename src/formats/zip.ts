import { StudioError } from '../problem.ts'
import { readRange } from './blob.ts'
import type { WeightFile } from './checkpoint.ts'
import { mapConcurrently } from './concurrent.ts'
import { crc32 } from './crc32.ts'
import { parseDirectory, type ZipEntry } from './zip-directory.ts'
import { findDirectory } from './zip-end.ts'

/** A file of the archive, stored as it is. */
export interface ZipRecord {
  readonly name: string
  /** Byte offset of its first byte in the archive. */
  readonly offset: number
  readonly byteLength: number
  readonly crc: number
}

/** A directory entry takes 46 bytes and its name: this is room for a million records. */
const MAX_DIRECTORY_BYTES = 128 * 1024 * 1024
const LOCAL_HEADER_BYTES = 30
const LOCAL_HEADERS_AT_ONCE = 16

/**
 * Lists the records of a zip archive (APPNOTE 6.3, with ZIP64) that stores its files uncompressed, as PyTorch writes it.
 * Central directory and local headers must agree, and no two records may share a byte.
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
  const entries = parseDirectory(file.name, bytes, end.count)
  const sorted = [...entries].sort((a, b) => a.headerOffset - b.headerOffset)
  const records = await mapConcurrently(sorted, LOCAL_HEADERS_AT_ONCE, (entry) => locate(file, entry, end.offset))
  let covered = 0
  for (const [i, record] of records.entries()) {
    const entry = sorted[i] as ZipEntry
    if (i === 0 && entry.headerOffset !== 0) {
      throw new StudioError(
        `${file.name}: there are ${entry.headerOffset} bytes before the zip's first record "${record.name}".`,
      )
    }
    if (entry.headerOffset < covered) {
      throw new StudioError(
        `${file.name}: the zip's records overlap: "${record.name}" shares bytes with the one before.`,
      )
    }
    covered = record.offset + record.byteLength
    if (covered > end.offset) {
      throw new StudioError(
        `${file.name}: the zip's record "${record.name}" reaches past the start of the central directory.`,
      )
    }
  }
  const byName = new Map(records.map((record) => [record.name, record]))
  // In the order of the directory.
  return new Map(entries.map(({ name }) => [name, byName.get(name) as ZipRecord]))
}

async function locate(file: WeightFile, entry: ZipEntry, end: number): Promise<ZipRecord> {
  const fail = (what: string) => new StudioError(`${file.name}: the zip's record "${entry.name}" ${what}.`)
  const nameStart = entry.headerOffset + LOCAL_HEADER_BYTES
  if (nameStart + entry.nameBytes.length > end) throw fail('has its header past the start of the central directory')
  const bytes = await readRange(
    file,
    entry.headerOffset,
    nameStart + entry.nameBytes.length,
    `the record "${entry.name}"`,
  )
  const view = new DataView(bytes.buffer)
  if (view.getUint32(0, true) !== 0x04034b50) throw fail('has no header where the central directory says it is')
  const nameLength = view.getUint16(26, true)
  const name = bytes.subarray(LOCAL_HEADER_BYTES)
  if (nameLength !== name.length || name.some((byte, i) => byte !== entry.nameBytes[i])) {
    throw fail('has another name in its own header: a mismatch with the central directory')
  }
  if (view.getUint16(6, true) !== entry.flags)
    throw fail('has other flags in its own header than in the central directory')
  if (view.getUint16(8, true) !== 0)
    throw fail('has another compression method in its own header than in the central directory')
  // With bit 3 checksum and sizes may follow the data instead; all ones stand for a ZIP64 field.
  const later = (entry.flags & 8) !== 0
  const agrees = (value: number, expected: number) =>
    value === expected || value === 0xffffffff || (later && value === 0)
  const crc = view.getUint32(14, true)
  if (crc !== entry.crc && !(later && crc === 0))
    throw fail('has another checksum (CRC) in its own header than in the central directory')
  if (!agrees(view.getUint32(18, true), entry.byteLength) || !agrees(view.getUint32(22, true), entry.byteLength)) {
    throw fail('has another size in its own header than in the central directory')
  }
  const offset = nameStart + nameLength + view.getUint16(28, true)
  return { name: entry.name, offset, byteLength: entry.byteLength, crc: entry.crc }
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
  if (crc32(bytes) !== record.crc) {
    throw new StudioError(
      `${file.name}: the record "${name}" does not match its checksum (CRC): the file is damaged, download it again.`,
    )
  }
  return bytes
}
