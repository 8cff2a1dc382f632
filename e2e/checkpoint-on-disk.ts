import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'

/**
 * Safetensors checkpoints read from disk in Node. Nothing of `src` is used: what the studio wrote is judged by another reader.
 * Everything is read into memory, which suits the few megabytes of a conformance case.
 */
export interface StoredTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
  /** Name of the file that holds it. */
  readonly file: string
}

export interface CheckpointOnDisk {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** Where the shard index and the shards disagree: one sentence each. */
  readonly problems: readonly string[]
}

const ITEM_BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
}

/**
 * Reads a safetensors file, or a folder with `model.safetensors.index.json` and its shards or with `model.safetensors`.
 * @throws Error where a file is not valid safetensors (data not contiguous, lengths that do not agree), naming the file and the tensor
 */
export function readCheckpoint(path: string): CheckpointOnDisk {
  if (statSync(path).isFile()) return { tensors: readSafetensors(path), problems: [] }
  const indexFile = join(path, 'model.safetensors.index.json')
  if (!existsSync(indexFile)) {
    const single = join(path, 'model.safetensors')
    if (!existsSync(single)) throw new Error(`no model.safetensors and no index in ${path}`)
    return { tensors: readSafetensors(single), problems: [] }
  }
  const index = JSON.parse(readFileSync(indexFile, 'utf8')) as { weight_map: Record<string, string> }
  return readShards(path, new Map(Object.entries(index.weight_map)))
}

function readShards(folder: string, weightMap: ReadonlyMap<string, string>): CheckpointOnDisk {
  const tensors = new Map<string, StoredTensor>()
  const problems: string[] = []
  for (const shard of [...new Set(weightMap.values())].sort())
    for (const [name, tensor] of readSafetensors(join(folder, shard))) {
      if (tensors.has(name)) problems.push(`${name}: stored in more than one shard`)
      tensors.set(name, tensor)
    }
  for (const [name, shard] of weightMap) {
    const found = tensors.get(name)?.file
    if (found === undefined) problems.push(`${name}: in the index, not in any shard`)
    else if (found !== shard) problems.push(`${name}: the index names ${shard}, found in ${found}`)
  }
  for (const name of tensors.keys()) if (!weightMap.has(name)) problems.push(`${name}: in a shard, not in the index`)
  return { tensors, problems }
}

interface HeaderEntry {
  readonly dtype: string
  readonly shape: number[]
  readonly data_offsets: [number, number]
}

function readSafetensors(path: string): Map<string, StoredTensor> {
  const file = readFileSync(path)
  const headerBytes = Number(file.readBigUInt64LE(0))
  if (headerBytes > file.length - 8) throw new Error(`${path}: header length ${headerBytes} exceeds the file`)
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerBytes)) as Record<string, HeaderEntry>
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0])
  const tensors = new Map<string, StoredTensor>()
  let end = 0
  for (const [name, { dtype, shape, data_offsets }] of entries) {
    const [from, to] = data_offsets
    const expected = elementCount(shape) * (ITEM_BYTES[dtype] ?? Number.NaN)
    if (to - from !== expected)
      throw new Error(`${path}: ${name}: ${to - from} bytes for shape [${shape.join(', ')}] of ${dtype}`)
    if (from !== end) throw new Error(`${path}: ${name}: starts at ${from}, and the data before it ends at ${end}`)
    const start = 8 + headerBytes
    tensors.set(name, { dtype, shape, bytes: file.subarray(start + from, start + to), file: basename(path) })
    end = to
  }
  if (8 + headerBytes + end !== file.length)
    throw new Error(`${path}: ${file.length} bytes, and the header describes ${8 + headerBytes + end}`)
  return tensors
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** @returns the elements of a tensor as float64, which holds every value of the dtypes here exactly (I64 up to 2^53) */
export function elementsOf(tensor: StoredTensor): Float64Array {
  const { bytes, dtype } = tensor
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const step = ITEM_BYTES[dtype] ?? Number.NaN
  const read = READ[dtype]
  if (read === undefined) throw new Error(`no reader for ${dtype}`)
  const elements = new Float64Array(bytes.byteLength / step)
  for (let i = 0; i < elements.length; i++) elements[i] = read(view, i * step)
  return elements
}

const READ: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  F64: (view, at) => view.getFloat64(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  F16: (view, at) => half(view.getUint16(at, true)),
  BF16: (view, at) => brainFloat(view.getUint16(at, true)),
  I64: (view, at) => Number(view.getBigInt64(at, true)),
  I32: (view, at) => view.getInt32(at, true),
  I16: (view, at) => view.getInt16(at, true),
  I8: (view, at) => view.getInt8(at),
  U8: (view, at) => view.getUint8(at),
  BOOL: (view, at) => view.getUint8(at),
}

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 0x3ff
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

const word = new DataView(new ArrayBuffer(4))

function brainFloat(bits: number): number {
  word.setUint16(0, bits)
  return word.getFloat32(0)
}
