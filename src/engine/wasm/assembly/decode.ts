// Reading elements: 8 of them (a group) become two vectors of F32, the even ones (e0 e2 e4 e6) and then the odd ones (e1 e3 e5 e7).
// So a group of 16-bit floats needs no shuffle: the even elements are the lower halves of its words.

/** Codes of dtypes in the tables that the engine writes. As a rounding, F32 stands for none. */
export const F32 = 0
export const F16 = 1
export const BF16 = 2

/** Bytes of a decoded group. */
export const GROUP_BYTES = 32

// @ts-ignore: decorator
@inline
function select(ifFalse: v128, ifTrue: v128, mask: v128): v128 {
  return v128.bitselect(ifTrue, ifFalse, mask)
}

// @ts-ignore: decorator
@inline
function f16(sign: v128, magnitude: v128): v128 {
  const wide = i32x4.shl(magnitude, 13)
  const normal = i32x4.add(wide, i32x4.splat(112 << 23))
  // A subnormal value is its fraction in units of 2^-24: put it below 2^-14, then take 2^-14 away.
  const small = f32x4.sub(i32x4.add(wide, i32x4.splat(113 << 23)), f32x4.splat(6.103515625e-5))
  const value = select(normal, small, i32x4.lt_u(magnitude, i32x4.splat(0x400)))
  // Infinity and NaN move to F32's last exponent.
  const high = v128.and(i32x4.ge_u(magnitude, i32x4.splat(0x7c00)), i32x4.splat(112 << 23))
  return v128.or(i32x4.add(value, high), sign)
}

/** To the nearest BF16, ties to even, as an F32; NaN becomes infinity, which the caller hands on all the same. */
// @ts-ignore: decorator
@inline
export function roundToBF16(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(0x80000000))
  const magnitude = i32x4.min_u(v128.and(x, i32x4.splat(0x7fffffff)), i32x4.splat(0x7f800000))
  const odd = v128.and(i32x4.shr_u(magnitude, 16), i32x4.splat(1))
  const rounded = i32x4.add(i32x4.add(magnitude, i32x4.splat(0x7fff)), odd)
  return v128.or(v128.and(rounded, i32x4.splat(0xffff0000)), sign)
}

/** To the nearest F16, ties to even, as an F32; too large values and NaN become infinity. */
// @ts-ignore: decorator
@inline
export function roundToF16(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(0x80000000))
  const magnitude = v128.and(x, i32x4.splat(0x7fffffff))
  const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1))
  const normal = v128.and(i32x4.add(i32x4.add(magnitude, i32x4.splat(0xfff)), odd), i32x4.splat(0xffffe000))
  // Beside 0.75 the last bit of an F32 is worth 2^-24, F16's smallest step.
  const small = f32x4.sub(f32x4.add(magnitude, f32x4.splat(0.75)), f32x4.splat(0.75))
  const value = select(normal, small, i32x4.lt_u(magnitude, i32x4.splat(113 << 23)))
  const large = i32x4.ge_u(value, i32x4.splat(143 << 23))
  return v128.or(select(value, i32x4.splat(0x7f800000), large), sign)
}

/**
 * Decodes groups of F16 that need no rounding, times a power of two: `bias` is 112 plus its exponent.
 * @returns whether all elements are finite
 */
export function decodeF16(from: usize, groups: i32, to: usize, bias: i32): bool {
  const signs = i32x4.splat(0x80000000)
  const shift = i32x4.splat(bias << 23)
  const one = i32x4.splat(1 << 23)
  // 2^-14 times the power of two
  const normal = i32x4.splat((bias + 1) << 23)
  let most = i16x8.splat(0)
  const end = from + <usize>groups * 16
  for (; from < end; from += 16, to += GROUP_BYTES) {
    const words = v128.load(from)
    const magnitudes = v128.and(words, i16x8.splat(0x7fff))
    most = i16x8.max_s(most, magnitudes)
    let even = i32x4.add(i32x4.shl(v128.and(magnitudes, i32x4.splat(0xffff)), 13), shift)
    let odd = i32x4.add(i32x4.shr_u(v128.and(magnitudes, i32x4.splat(0xffff0000)), 3), shift)
    if (v128.any_true(i16x8.lt_s(magnitudes, i16x8.splat(0x400)))) {
      // As in f16: what has no leading bit is put below 2^-14, which is then taken away.
      const evenSmall = i32x4.lt_s(even, normal)
      const oddSmall = i32x4.lt_s(odd, normal)
      even = f32x4.sub(i32x4.add(even, v128.and(evenSmall, one)), v128.and(evenSmall, normal))
      odd = f32x4.sub(i32x4.add(odd, v128.and(oddSmall, one)), v128.and(oddSmall, normal))
    }
    v128.store(to, v128.or(even, v128.and(i32x4.shl(words, 16), signs)))
    v128.store(to, v128.or(odd, v128.and(words, signs)), 16)
  }
  return !v128.any_true(i16x8.ge_s(most, i16x8.splat(0x7c00)))
}

/** Decodes and rounds `groups` groups of elements from `from` to `to`. */
export function decode(from: usize, dtype: i32, round: i32, groups: i32, to: usize): void {
  const end = to + <usize>groups * GROUP_BYTES
  let at = to
  if (dtype == BF16) {
    for (; at < end; at += GROUP_BYTES, from += 16) {
      const words = v128.load(from)
      v128.store(at, i32x4.shl(words, 16))
      v128.store(at, v128.and(words, i32x4.splat(0xffff0000)), 16)
    }
  } else if (dtype == F16) {
    const signs = i32x4.splat(0x80000000)
    for (; at < end; at += GROUP_BYTES, from += 16) {
      const words = v128.load(from)
      const even = f16(v128.and(i32x4.shl(words, 16), signs), v128.and(words, i32x4.splat(0x7fff)))
      const odd = f16(v128.and(words, signs), v128.and(i32x4.shr_u(words, 16), i32x4.splat(0x7fff)))
      v128.store(at, even)
      v128.store(at, odd, 16)
    }
  } else {
    for (; at < end; at += GROUP_BYTES, from += 32) {
      const a = v128.load(from)
      const b = v128.load(from, 16)
      v128.store(at, v128.shuffle<f32>(a, b, 0, 2, 4, 6))
      v128.store(at, v128.shuffle<f32>(a, b, 1, 3, 5, 7), 16)
    }
  }
  if (round == BF16 && dtype != BF16) {
    for (at = to; at < end; at += 16) v128.store(at, roundToBF16(v128.load(at)))
  } else if (round == F16 && dtype != F16) {
    for (at = to; at < end; at += 16) v128.store(at, roundToF16(v128.load(at)))
  }
}

/** True of inputs that are BF16 as they are stored. */
export function areBF16(table: usize, inputs: i32): bool {
  for (let i = 0; i < inputs; i++, table += 12) {
    const round = load<i32>(table, 8)
    if (load<i32>(table, 4) != BF16 || (round != F32 && round != BF16)) return false
  }
  return true
}
