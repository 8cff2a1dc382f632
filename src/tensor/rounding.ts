import type { FloatDType } from './dtype.ts'

/** A binary floating-point format: stored significand bits, smallest normal exponent, bit patterns of infinity and of our NaN. */
interface FloatFormat {
  readonly significandBits: number
  readonly minExponent: number
  readonly signBit: number
  readonly infinity: number
  readonly nan: number
}

const FORMATS: Readonly<Record<FloatDType, FloatFormat>> = {
  F32: { significandBits: 23, minExponent: -126, signBit: 0x80000000, infinity: 0x7f800000, nan: 0x7fc00000 },
  F16: { significandBits: 10, minExponent: -14, signBit: 0x8000, infinity: 0x7c00, nan: 0x7e00 },
  BF16: { significandBits: 7, minExponent: -126, signBit: 0x8000, infinity: 0x7f80, nan: 0x7fc0 },
}

const float64 = new Float64Array(1)
const words = new Uint32Array(float64.buffer)
const HIGH_WORD = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0

/**
 * The bits of the value of `dtype` nearest to `value`, ties to even (IEEE 754), with one rounding: subnormal results are kept,
 * too large ones become infinite, the sign of zero stays, and every NaN becomes the one canonical NaN of the dtype.
 */
export function encodeFloat(value: number, dtype: FloatDType): number {
  const { significandBits, minExponent, signBit, infinity, nan } = FORMATS[dtype]
  if (Number.isNaN(value)) return nan
  const sign = value < 0 || Object.is(value, -0) ? signBit : 0
  const magnitude = Math.abs(value)
  if (magnitude === Number.POSITIVE_INFINITY) return sign + infinity
  const exponent = Math.max(exponentOf(magnitude), minExponent)
  const units = roundHalfEven(magnitude * 2 ** (significandBits - exponent))
  // `units` holds the leading bit of a normal value, which adds one to the exponent field; so does a carry.
  return sign + Math.min((exponent - minExponent) * 2 ** significandBits + units, infinity)
}

/** The value of the bits of one element; exact, as every value of these dtypes is a float64. */
export function decodeFloat(bits: number, dtype: FloatDType): number {
  const { significandBits, minExponent, signBit, infinity } = FORMATS[dtype]
  const negative = bits >= signBit
  const magnitude = negative ? bits - signBit : bits
  if (magnitude > infinity) return Number.NaN
  const field = Math.floor(magnitude / 2 ** significandBits)
  const fraction = magnitude - field * 2 ** significandBits
  const value =
    magnitude === infinity
      ? Number.POSITIVE_INFINITY
      : field === 0
        ? fraction * 2 ** (minExponent - significandBits)
        : (fraction + 2 ** significandBits) * 2 ** (field - 1 + minExponent - significandBits)
  return negative ? -value : value
}

/** `value` rounded to a value of `dtype`. */
export function roundFloat(value: number, dtype: FloatDType): number {
  return dtype === 'F32' ? Math.fround(value) : decodeFloat(encodeFloat(value, dtype), dtype)
}

/** `value` rounded to at most `bits` significant bits, ties to even; for values far from the ends of float64's range. */
export function roundSignificand(value: number, bits: number): number {
  if (value === 0) return value
  const unit = 2 ** (exponentOf(Math.abs(value)) - bits + 1)
  const magnitude = roundHalfEven(Math.abs(value) / unit) * unit
  return value < 0 ? -magnitude : magnitude
}

/** The exponent e with 2^e <= magnitude < 2^(e+1); -1023 for zero and float64's subnormal values. */
export function exponentOf(magnitude: number): number {
  float64[0] = magnitude
  return ((words[HIGH_WORD] ?? 0) >>> 20) - 1023
}

/** To the nearest integer, ties to even, for 0 <= x; x above 2^52 is an integer already. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
