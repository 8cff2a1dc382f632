import type { FloatDType } from '../../src/tensor/dtype.ts'

/**
 * Merging the slow way, for comparison: float64 throughout, one stage after the other, each rounded as its recipe says. Shares nothing
 * with the code it checks.
 */

const FORMAT = {
  F32: { mantissa: 23, minExponent: -126, max: 3.4028234663852886e38 },
  F16: { mantissa: 10, minExponent: -14, max: 65504 },
  BF16: { mantissa: 7, minExponent: -126, max: 3.3895313892515355e38 },
} as const

/** Rounds to the nearest value of a dtype, ties to even, subnormals kept. */
export function roundTo(x: number, dtype: FloatDType): number {
  if (x === 0 || !Number.isFinite(x)) return x
  const { mantissa, minExponent, max } = FORMAT[dtype]
  let exponent = Math.floor(Math.log2(Math.abs(x)))
  if (2 ** exponent > Math.abs(x)) exponent--
  if (2 ** (exponent + 1) <= Math.abs(x)) exponent++
  const unit = 2 ** (Math.max(exponent, minExponent) - mantissa)
  const quotient = x / unit
  const down = Math.floor(quotient)
  const rest = quotient - down
  const nearest = rest > 0.5 || (rest === 0.5 && down % 2 !== 0) ? down + 1 : down
  const rounded = nearest * unit
  return Math.abs(rounded) > max ? Math.sign(x) * Number.POSITIVE_INFINITY : rounded
}

export function slerp64(a: Float64Array, b: Float64Array, t: number, dtype: FloatDType): Float64Array {
  let [aa, ab, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    aa += x * x
    ab += x * y
    bb += y * y
  }
  const cos = ab / Math.sqrt(aa) / Math.sqrt(bb)
  const angle = Math.acos(cos)
  const linear = Math.abs(cos) > 0.9995
  const p = linear ? 1 - t : Math.sin((1 - t) * angle) / Math.sin(angle)
  const q = linear ? t : Math.sin(t * angle) / Math.sin(angle)
  return a.map((x, i) => roundTo(p * x + q * (b[i] as number), dtype))
}

export function cosine64(a: Float64Array, b: Float64Array): number {
  let [aa, ab, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    aa += x * x
    ab += x * y
    bb += y * y
  }
  return ab / Math.sqrt(aa * bb)
}

/** Values as little-endian bytes of a dtype, rounded. */
export function toBits(values: Float64Array, dtype: FloatDType): Uint8Array<ArrayBuffer> {
  const rounded = values.map((x) => roundTo(x, dtype))
  if (dtype === 'F32') return new Uint8Array(Float32Array.from(rounded).buffer)
  if (dtype === 'BF16') {
    const bits = new Uint32Array(Float32Array.from(rounded).buffer)
    return new Uint8Array(Uint16Array.from(bits, (word) => word >>> 16).buffer)
  }
  return new Uint8Array(Uint16Array.from(rounded, f16Bits).buffer)
}

export function fromBits(bytes: Uint8Array<ArrayBuffer>, dtype: FloatDType): Float64Array {
  if (dtype === 'F32') return Float64Array.from(new Float32Array(bytes.slice().buffer))
  const halves = new Uint16Array(bytes.slice().buffer)
  if (dtype === 'BF16') {
    return Float64Array.from(new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer))
  }
  return Float64Array.from(halves, (half) => {
    const [exponent, fraction] = [(half >> 10) & 31, half & 1023]
    const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25)
    const value = exponent === 31 ? (fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN) : magnitude
    return half & 0x8000 ? -value : value
  })
}

/** @param x already rounded to F16 */
function f16Bits(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0
  const magnitude = Math.abs(x)
  if (Number.isNaN(x)) return 0x7e00
  if (magnitude > 65504) return sign | 0x7c00
  if (magnitude < 2 ** -14) return sign | (magnitude / 2 ** -24)
  const exponent = Math.floor(Math.log2(magnitude))
  return sign | ((exponent + 15) << 10) | ((magnitude / 2 ** exponent - 1) * 1024)
}
