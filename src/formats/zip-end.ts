import { StudioError } from '../problem.ts'
import { readRange } from './blob.ts'
import type { WeightFile } from './checkpoint.ts'

/** Where the central directory lies. */
export interface ZipEnd {
  readonly offset: number
  readonly byteLength: number
  readonly count: number
}

const END_BYTES = 22
const MAX_COMMENT_BYTES = 0xffff
const ZIP64_LOCATOR_BYTES = 20
const ZIP64_END_BYTES = 56

/**
 * Finds the central directory from the end of the file. It must reach exactly to the end records, and these, with the
 * comment, to the end of the file, so that there is one way only to read the archive.
 * @throws StudioError naming the file
 */
export async function findDirectory(file: WeightFile): Promise<ZipEnd> {
  const { name, blob } = file
  const tailStart = Math.max(0, blob.size - END_BYTES - MAX_COMMENT_BYTES - ZIP64_LOCATOR_BYTES - ZIP64_END_BYTES)
  const bytes = await readRange(file, tailStart, blob.size, 'the end of the zip')
  const view = new DataView(bytes.buffer)
  const at = findEndRecord(name, view)
  const [disk, directoryDisk] = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)]
  const countHere = view.getUint16(at + 8, true)
  const narrow: ZipEnd = {
    count: view.getUint16(at + 10, true),
    byteLength: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
  }
  if (
    (disk !== 0 && disk !== 0xffff) ||
    (directoryDisk !== 0 && directoryDisk !== 0xffff) ||
    countHere !== narrow.count
  ) {
    throw new StudioError(`${name}: the zip is one disk of a split (multi-disk) archive, which PyTorch does not write.`)
  }
  const wide = readZip64End(name, view, at, tailStart)
  const needed = narrow.count === 0xffff || narrow.byteLength === 0xffffffff || narrow.offset === 0xffffffff
  if (wide === null && needed)
    throw new StudioError(`${name}: the zip's central directory needs a ZIP64 record, which is missing.`)
  const end = wide ?? { ...narrow, at: tailStart + at }
  if (
    wide !== null &&
    ((narrow.count !== 0xffff && narrow.count !== wide.count) ||
      (narrow.byteLength !== 0xffffffff && narrow.byteLength !== wide.byteLength) ||
      (narrow.offset !== 0xffffffff && narrow.offset !== wide.offset))
  ) {
    throw new StudioError(
      `${name}: the zip's two records of where the central directory lies (ZIP64 and plain) contradict each other.`,
    )
  }
  if (end.offset + end.byteLength !== end.at) {
    throw new StudioError(
      `${name}: the zip's central directory should reach from byte ${end.offset} over ${end.byteLength} bytes to ${end.at}, but does not: the file is damaged, or something was put before or after it.`,
    )
  }
  return end
}

function findEndRecord(name: string, view: DataView): number {
  const size = view.byteLength
  const signatures: number[] = []
  for (let at = size - END_BYTES; at >= 0; at--) if (view.getUint32(at, true) === 0x06054b50) signatures.push(at)
  const fitting = signatures.filter((at) => at + END_BYTES + view.getUint16(at + 20, true) === size)
  const [last] = fitting
  if (last === undefined) {
    if (signatures.length === 0)
      throw new StudioError(`${name}: the zip has no end of central directory record, so the file is truncated.`)
    throw new StudioError(`${name}: there are bytes after the zip's end of central directory record.`)
  }
  if (fitting.length > 1 || signatures[0] !== last) {
    throw new StudioError(
      `${name}: the zip has more than one end of central directory record: a second archive hides in its comment.`,
    )
  }
  return last
}

/** @returns null where there is no ZIP64 record; otherwise also `at`, the byte of the file where it begins */
function readZip64End(name: string, view: DataView, end: number, tailStart: number): (ZipEnd & { at: number }) | null {
  const locator = end - ZIP64_LOCATOR_BYTES
  if (locator < 0 || view.getUint32(locator, true) !== 0x07064b50) return null
  const at = locator - ZIP64_END_BYTES
  const fail = (what: string) => new StudioError(`${name}: the zip's ZIP64 end of central directory record ${what}.`)
  if (
    at < 0 ||
    view.getUint32(at, true) !== 0x06064b50 ||
    view.getBigUint64(locator + 8, true) !== BigInt(tailStart + at)
  ) {
    throw fail('is not where its locator says, or has an unknown size')
  }
  if (view.getBigUint64(at + 4, true) !== BigInt(ZIP64_END_BYTES - 12)) throw fail('has an unknown size')
  const disks = [view.getUint32(locator + 4, true), view.getUint32(at + 16, true), view.getUint32(at + 20, true)]
  const count = Number(view.getBigUint64(at + 32, true))
  if (
    disks.some((disk) => disk !== 0) ||
    view.getUint32(locator + 16, true) > 1 ||
    Number(view.getBigUint64(at + 24, true)) !== count
  ) {
    throw fail('speaks of several disks')
  }
  return {
    count,
    byteLength: Number(view.getBigUint64(at + 40, true)),
    offset: Number(view.getBigUint64(at + 48, true)),
    at: tailStart + at,
  }
}
