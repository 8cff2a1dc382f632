// Writing elements: F32 values of a block, rounded to a dtype and packed. Zeros are +0.

import { BF16, F16, GROUP_BYTES, roundToBF16, roundToF16 } from './decode'

/** @returns whether all values are finite; otherwise what is written is void */
export function encode(from: usize, dtype: i32, groups: i32, to: usize): bool {
  const end = from + <usize>groups * GROUP_BYTES
  const infinity = i32x4.splat(0x7f800000)
  let most = i32x4.splat(0)
  for (; from < end; from += GROUP_BYTES) {
    const even = v128.load(from)
    const odd = v128.load(from, 16)
    const magnitude = i32x4.splat(0x7fffffff)
    most = i32x4.max_s(most, i32x4.max_s(v128.and(even, magnitude), v128.and(odd, magnitude)))
    if (dtype == BF16) {
      const e = positiveZero(roundToBF16(even))
      const o = positiveZero(roundToBF16(odd))
      v128.store(to, v128.or(i32x4.shr_u(e, 16), o))
      to += 16
    } else if (dtype == F16) {
      v128.store(to, v128.or(f16Bits(roundToF16(even)), i32x4.shl(f16Bits(roundToF16(odd)), 16)))
      to += 16
    } else {
      const e = positiveZero(even)
      const o = positiveZero(odd)
      v128.store(to, v128.shuffle<f32>(e, o, 0, 4, 1, 5))
      v128.store(to, v128.shuffle<f32>(e, o, 2, 6, 3, 7), 16)
      to += 32
    }
  }
  return !v128.any_true(i32x4.ge_s(most, infinity))
}

// @ts-ignore: decorator
@inline
function positiveZero(x: v128): v128 {
  return v128.and(x, f32x4.ne(x, f32x4.splat(0)))
}

/** The bits of F32s that are F16s. */
// @ts-ignore: decorator
@inline
function f16Bits(x: v128): v128 {
  const magnitude = v128.and(x, i32x4.splat(0x7fffffff))
  const normal = i32x4.sub(i32x4.shr_u(magnitude, 13), i32x4.splat(112 << 10))
  // Beside 0.75 the last bit of an F32 is worth 2^-24, F16's smallest step.
  const steps = v128.and(f32x4.add(magnitude, f32x4.splat(0.75)), i32x4.splat(0x7ff))
  const finite = v128.bitselect(steps, normal, i32x4.lt_u(magnitude, i32x4.splat(113 << 23)))
  const bits = v128.bitselect(i32x4.splat(0x7c00), finite, i32x4.ge_u(magnitude, i32x4.splat(143 << 23)))
  const signed = v128.or(bits, i32x4.shl(i32x4.shr_u(x, 31), 15))
  return v128.and(signed, i32x4.ne(bits, i32x4.splat(0)))
}
