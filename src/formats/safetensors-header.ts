import type { DType } from '../tensor/dtype.ts'

/** The format asks for 8; 64 lets a mapped file be read in cache lines, and costs at most 63 spaces. */
const ALIGNMENT = 64
const LENGTH_BYTES = 8

export interface TensorToWrite {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly byteLength: number
}

export interface EncodedHeader {
  /** The complete header with its 8 bytes of length, padded with spaces to a multiple of 64 bytes. */
  readonly header: Uint8Array<ArrayBuffer>
  /** Byte offset of each tensor in the file, in the order given. */
  readonly offsets: readonly number[]
  /** Size of the whole file. */
  readonly byteLength: number
}

/**
 * Makes the header of a safetensors file whose data follow in the order given, without gaps.
 * Names are distinct; for aligned data put tensors of wider dtypes first.
 */
export function encodeSafetensorsHeader(
  tensors: readonly TensorToWrite[],
  metadata: ReadonlyMap<string, string> = new Map([['format', 'pt']]),
): EncodedHeader {
  // Written member by member: an object would put names such as "10" first and lose "__proto__".
  const members: string[] = []
  if (metadata.size > 0) {
    const pairs = [...metadata].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    members.push(`"__metadata__":{${pairs.join(',')}}`)
  }
  let end = 0
  const begins: number[] = []
  for (const { name, dtype, shape, byteLength } of tensors) {
    begins.push(end)
    const range = `[${end},${end + byteLength}]`
    members.push(`${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${shape.join(',')}],"data_offsets":${range}}`)
    end += byteLength
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`)
  const dataStart = Math.ceil((LENGTH_BYTES + json.length) / ALIGNMENT) * ALIGNMENT
  const header = new Uint8Array(dataStart).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(dataStart - LENGTH_BYTES), true)
  header.set(json, LENGTH_BYTES)
  return { header, offsets: begins.map((begin) => dataStart + begin), byteLength: dataStart + end }
}
