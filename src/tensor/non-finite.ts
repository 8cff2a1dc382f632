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

/** Pairs of elements that are looked at together. */
const RUN = 256
/** Signs of a pair. */
const SIGNS = 0x80008000 | 0

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
  const pairs = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2)
  const note = (half: number): void => {
    if ((half & exponent) !== exponent) return
    if ((half & fraction) === 0) count.infinite++
    else count.nan++
  }
  for (let at = 0; at < pairs.length; at += RUN) {
    const end = Math.min(pairs.length, at + RUN)
    if (end - at === RUN && !hasFullExponent(pairs, at, (exponent << 16) | exponent, (fraction + 1) * 0x10001)) continue
    for (const pair of pairs.subarray(at, end)) {
      note(pair & 0xffff)
      note(pair >>> 16)
    }
  }
  if (bytes.byteLength % 4 !== 0) note((bytes[bytes.length - 2] ?? 0) | ((bytes[bytes.length - 1] ?? 0) << 8))
}

/**
 * True where some exponent of a run of pairs is all ones: such a one, and no other, overflows into the sign's place when its lowest bit is
 * added. Hardly a run has one.
 * @param exponents of both elements
 * @param lowest the lowest bits of these
 */
function hasFullExponent(pairs: Int32Array, at: number, exponents: number, lowest: number): boolean {
  let carries = 0
  for (let i = at; i < at + RUN; i += 4)
    carries |=
      (((pairs[i] as number) & exponents) + lowest) |
      (((pairs[i + 1] as number) & exponents) + lowest) |
      (((pairs[i + 2] as number) & exponents) + lowest) |
      (((pairs[i + 3] as number) & exponents) + lowest)
  return (carries & SIGNS) !== 0
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
