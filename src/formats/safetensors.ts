import { StudioError } from '../problem.ts'
import { bitsPerElement, isDType } from '../tensor/dtype.ts'
import type { TensorInfo } from '../tensor/tensor.ts'
import { readRange } from './blob.ts'
import type { WeightFile } from './checkpoint.ts'
import { describeJson, type JsonValue, jsonArray, jsonInteger, jsonObject, jsonString } from './json.ts'
import { parseJsonBytes } from './json-parser.ts'
import { recogniseFile } from './recognise.ts'

/** The cap of the reference implementation; the header of a 70B model has about 100 kB. */
const MAX_HEADER_BYTES = 100_000_000
const LENGTH_BYTES = 8

export interface SafetensorsHeader {
  /** In the order of the header. */
  readonly tensors: readonly TensorInfo[]
  readonly metadata: ReadonlyMap<string, string>
}

/**
 * Reads the header of a safetensors file, and nothing else: 8 bytes of length, then JSON, then the data, which the tensors must
 * cover from its first byte to the end of the file without a hole or an overlap.
 * @param fileIndex index of the file in its checkpoint, for `TensorInfo.file`
 * @throws StudioError naming the file, and the tensor where one is at fault
 */
export async function readSafetensors(name: string, blob: Blob, fileIndex = 0): Promise<SafetensorsHeader> {
  const file: WeightFile = { name, blob }
  const headerBytes = await readHeaderLength(file)
  const dataStart = LENGTH_BYTES + headerBytes
  const bytes = await readRange(file, LENGTH_BYTES, dataStart, 'the header')
  const header = jsonObject(parseJsonBytes(bytes, `${name}: header`))
  if (header === null)
    throw new StudioError(
      `${name}: the header is not a JSON object, as a safetensors header must be: download the file again.`,
    )
  const tensors: TensorInfo[] = []
  for (const [key, value] of header) {
    if (key !== '__metadata__') tensors.push(readTensor(file, key, value, fileIndex, dataStart))
  }
  checkCover(file, tensors, dataStart)
  return { tensors, metadata: readMetadata(name, header.get('__metadata__')) }
}

async function readHeaderLength(file: WeightFile): Promise<number> {
  const { name, blob } = file
  const head = await readRange(file, 0, Math.min(blob.size, 512), 'the header')
  const length = head.length < LENGTH_BYTES ? 0n : new DataView(head.buffer).getBigUint64(0, true)
  // A length may by chance begin like a gzip or zip file: what goes on like a header is taken as one.
  const startsLikeHeader = length <= blob.size - LENGTH_BYTES && isBraceOrSpace(head[LENGTH_BYTES])
  const kind = startsLikeHeader ? null : recogniseFile(head)
  if (kind !== null) throw new StudioError(`${name}: not a safetensors file but ${kind}.`)
  if (blob.size < LENGTH_BYTES) {
    throw new StudioError(
      `${name}: the file is too small: ${blob.size} bytes, where the header's length alone takes 8 bytes: download it again.`,
    )
  }
  if (length > MAX_HEADER_BYTES) {
    throw new StudioError(
      `${name}: not a safetensors file, or a damaged one: its header length is ${length} bytes, and at most ${MAX_HEADER_BYTES} are allowed: download it again.`,
    )
  }
  if (Number(length) > blob.size - LENGTH_BYTES) {
    throw new StudioError(
      `${name}: the header length is ${length} bytes, but the file has only ${blob.size}: it is truncated, download it again.`,
    )
  }
  return Number(length)
}

function isBraceOrSpace(byte: number | undefined): boolean {
  return byte === 0x7b || byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function readTensor(file: WeightFile, key: string, value: JsonValue, fileIndex: number, dataStart: number): TensorInfo {
  const fail = (what: string) =>
    new StudioError(`${file.name}: tensor "${key}" ${what}: download the file again, or ask who made it.`)
  const entry = jsonObject(value)
  if (entry === null) throw fail(`is described by ${describeJson(value)} instead of an object`)
  const dtype = jsonString(entry.get('dtype'))
  if (dtype === null)
    throw fail(`has ${describeJson(entry.get('dtype'))} as its dtype instead of a name such as "BF16"`)
  if (!isDType(dtype)) throw fail(`has the dtype "${dtype}", which the safetensors format does not have`)
  const shape = jsonArray(entry.get('shape'))?.map(jsonInteger)
  if (shape === undefined) throw fail(`has ${describeJson(entry.get('shape'))} as its shape instead of a list of sizes`)
  if (!allSizes(shape)) throw fail(`has a shape with a size that is not a whole number of at least 0`)
  const offsets = jsonArray(entry.get('data_offsets'))?.map(jsonInteger)
  if (offsets === undefined || offsets.length !== 2 || !allSizes(offsets)) {
    throw fail(
      `needs two whole numbers of at least 0 as its data_offsets, found ${describeJson(entry.get('data_offsets'))}`,
    )
  }
  const [begin, end] = offsets as [number, number]
  if (end < begin) throw fail(`has data_offsets that run backwards, from ${begin} to ${end}`)
  const bits = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, bitsPerElement(dtype))
  // A double is exact up to 2^53; a product that was rounded on the way is always above it.
  if (!Number.isSafeInteger(bits)) throw fail(`has the shape [${shape.join(', ')}], whose size overflows`)
  if (bits % 8 !== 0) throw fail(`has ${dtype} values that do not fill whole bytes (shape [${shape.join(', ')}])`)
  if (bits / 8 !== end - begin) {
    throw fail(
      `has the shape [${shape.join(', ')}] in ${dtype}, a size of ${bits / 8} bytes, but its data_offsets span ${end - begin}`,
    )
  }
  return { name: key, dtype, shape, byteLength: bits / 8, file: fileIndex, offset: dataStart + begin }
}

function allSizes(numbers: (number | null)[]): numbers is number[] {
  return numbers.every((number) => number !== null && number >= 0)
}

function checkCover(file: WeightFile, tensors: readonly TensorInfo[], dataStart: number): void {
  // Empty tensors go before the one that starts at the same byte.
  const sorted = [...tensors].sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)
  let covered = dataStart
  let before = 'the header'
  for (const tensor of sorted) {
    if (tensor.offset > covered) {
      throw new StudioError(
        `${file.name}: there is a hole of ${tensor.offset - covered} bytes, not covered by any tensor, between ${before} and tensor "${tensor.name}": the file is damaged, download it again.`,
      )
    }
    if (tensor.offset < covered) {
      throw new StudioError(
        `${file.name}: the data_offsets of tensor "${tensor.name}" overlap those of ${before}: the file is damaged, or made to deceive; download it again from a source that you trust.`,
      )
    }
    covered = tensor.offset + tensor.byteLength
    if (covered > file.blob.size) {
      throw new StudioError(
        `${file.name}: tensor "${tensor.name}" reaches past the end of the file (byte ${covered} of ${file.blob.size}): the file is truncated, download it again.`,
      )
    }
    before = `tensor "${tensor.name}"`
  }
  if (covered < file.blob.size) {
    throw new StudioError(
      `${file.name}: ${file.blob.size - covered} bytes after ${before} are not covered by any tensor, so the file is damaged or is something else: download it again.`,
    )
  }
}

function readMetadata(name: string, value: JsonValue | undefined): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>()
  if (value === undefined) return metadata
  const entries = jsonObject(value)
  if (entries === null) throw new StudioError(`${name}: __metadata__ is ${describeJson(value)} instead of an object.`)
  for (const [key, text] of entries) {
    if (typeof text !== 'string') {
      throw new StudioError(
        `${name}: __metadata__ has ${describeJson(text)} as "${key}", where only strings are allowed.`,
      )
    }
    metadata.set(key, text)
  }
  return metadata
}
