import type { DType } from './dtype.ts'

export interface NonFiniteCount {
  nan: number
  infinite: number
}

/** Bits of one element: its exponent all ones means NaN or infinity, and a fraction beside it NaN. */
const FORMATS = new Map<DType, { exponent: number; fraction: number }>([
  ['BF16', { exponent: 0x7f80, fraction: 0x7f }],
  ['F16', { exponent: 0x7c00, fraction: 0x3ff }],
])

/** Adds the NaN and infinite elements of some bytes to a count; dtypes that are not merged have none that we know. */
export function countNonFinite(bytes: Uint8Array<ArrayBuffer>, dtype: DType, count: NonFiniteCount): void {
  const format = FORMATS.get(dtype)
  if (dtype === 'F32') countF32(bytes, count)
  else if (format !== undefined) countHalves(bytes, format, count)
}

function countHalves(
  bytes: Uint8Array<ArrayBuffer>,
  { exponent, fraction }: { exponent: number; fraction: number },
  count: NonFiniteCount,
): void {
  const pairs = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2)
  const high = exponent << 16
  const note = (half: number): void => {
    if ((half & exponent) !== exponent) return
    if ((half & fraction) === 0) count.infinite++
    else count.nan++
  }
  // Two elements a step; hardly a pair has one.
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i] as number
    if ((pair & exponent) !== exponent && (pair & high) !== high) continue
    note(pair & 0xffff)
    note(pair >>> 16)
  }
  if (bytes.byteLength % 4 !== 0) note((bytes[bytes.length - 2] ?? 0) | ((bytes[bytes.length - 1] ?? 0) << 8))
}

function countF32(bytes: Uint8Array<ArrayBuffer>, count: NonFiniteCount): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2)
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number
    if ((word & 0x7f800000) !== 0x7f800000) continue
    if ((word & 0x7fffff) === 0) count.infinite++
    else count.nan++
  }
}
