import { bytesPerElement, type FloatDType } from '../tensor/dtype.ts'
import { decodeFloat, roundFloat } from '../tensor/rounding.ts'
import type { InputFormat } from './engine.ts'

/** Decodes and rounds each of the 65536 patterns of a 16-bit format once. */
const tables = new Map<string, Float32Array>()

function tableOf({ dtype, round }: InputFormat): Float32Array {
  const key = `${dtype} ${round}`
  const known = tables.get(key)
  if (known) return known
  const table = Float32Array.from({ length: 65536 }, (_, bits) => {
    const value = decodeFloat(bits, dtype)
    return round === null ? value : roundFloat(value, round)
  })
  tables.set(key, table)
  return table
}

/** The values of `count` elements from element `first` on: decoded from the stored dtype, then rounded (little-endian bytes). */
export function decodeElements(bytes: Uint8Array, format: InputFormat, first: number, count: number): Float32Array {
  const width = bytesPerElement(format.dtype)
  const view = new DataView(bytes.buffer, bytes.byteOffset + first * width, count * width)
  const values = new Float32Array(count)
  if (width === 2) {
    const table = tableOf(format)
    for (let i = 0; i < count; i++) values[i] = table[view.getUint16(2 * i, true)] ?? 0
    return values
  }
  for (let i = 0; i < count; i++) values[i] = view.getFloat32(4 * i, true)
  const { round } = format
  return round === null || round === 'F32' ? values : values.map((value) => roundFloat(value, round))
}

/** The bits of stored elements, without a look at their meaning. */
export function elementBits(bytes: Uint8Array, dtype: FloatDType, first: number, count: number): Uint32Array {
  const width = bytesPerElement(dtype)
  const view = new DataView(bytes.buffer, bytes.byteOffset + first * width, count * width)
  return Uint32Array.from({ length: count }, (_, i) =>
    width === 2 ? view.getUint16(2 * i, true) : view.getUint32(4 * i, true),
  )
}

/** The dtype whose values an input has once it is read. */
export function effectiveDType({ dtype, round }: InputFormat): FloatDType {
  if (round === null || (round === 'F32' && dtype !== 'F32')) return dtype
  return round
}
