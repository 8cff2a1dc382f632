// One stage of a blend over one block: r * 2^k for each element, rounded to the stage's dtype and held times 2^64; the last stage is packed.
//
// Values below the dtype's normal range are rounded to its smallest step by adding a number beside which the last bit of an F32 is worth
// that step, and taking it away again; this also turns -0 into +0. A copy gets its operand's sign back.

import { GROUP_BYTES } from './decode'

/** Groups of one block: 1024 elements, so that all operands stay in the first cache. */
export const BLOCK_GROUPS: i32 = 128
export const OPERAND_BYTES: usize = 128 * GROUP_BYTES
/** Bits of 2^56, from which on a value is wild. */
export const WILD: i32 = (127 + 56) << 23
const SCALED_WILD: i32 = WILD + (64 << 23)
const UP: f32 = 18446744073709551616.0
const DOWN: f32 = 5.42101086242752217e-20

/**
 * row:    the stage in the table of ./blend.ts
 * packed: where the elements go in the stage's dtype; 0 where the stage is not the last
 * @returns whether no result is too large
 */
export function stageBF16(row: usize, scratch: usize, to: usize, groups: i32, packed: usize): bool {
  combine(row, scratch, to, groups)
  const copied = copiedOperand(row, scratch)
  // 1.5 * 2^23 steps of 2^-133, times 2^64
  const step = f32x4.splat(2.1316282072803006e-14)
  const limit = i32x4.splat((1 + 64) << 23)
  let most = i32x4.splat(0)
  const bytes = <usize>groups * GROUP_BYTES
  for (let at: usize = 0; at < bytes; at += GROUP_BYTES) {
    let even = roundedBF16(v128.load(to + at), step, limit)
    let odd = roundedBF16(v128.load(to + at, 16), step, limit)
    if (copied) {
      even = v128.or(even, signOf(v128.load(copied + at)))
      odd = v128.or(odd, signOf(v128.load(copied + at, 16)))
    }
    most = i32x4.max_s(most, i32x4.max_s(magnitudeOf(even), magnitudeOf(odd)))
    if (packed) {
      const lower = i32x4.shr_u(f32x4.mul(even, f32x4.splat(DOWN)), 16)
      v128.store(packed + (at >> 1), v128.or(lower, f32x4.mul(odd, f32x4.splat(DOWN))))
    } else {
      v128.store(to + at, even)
      v128.store(to + at, odd, 16)
    }
  }
  return !v128.any_true(i32x4.ge_s(most, i32x4.splat(SCALED_WILD)))
}

export function stageF16(row: usize, scratch: usize, to: usize, groups: i32, packed: usize): bool {
  combine(row, scratch, to, groups)
  const copied = copiedOperand(row, scratch)
  // 1.5 * 2^23 steps of 2^-24, times 2^64
  const step = f32x4.splat(13835058055282163712.0)
  const limit = i32x4.splat((113 + 64) << 23)
  let most = i32x4.splat(0)
  const bytes = <usize>groups * GROUP_BYTES
  for (let at: usize = 0; at < bytes; at += GROUP_BYTES) {
    let even = roundedF16(v128.load(to + at), step, limit)
    let odd = roundedF16(v128.load(to + at, 16), step, limit)
    if (copied) {
      even = v128.or(even, signOf(v128.load(copied + at)))
      odd = v128.or(odd, signOf(v128.load(copied + at, 16)))
    }
    most = i32x4.max_s(most, i32x4.max_s(magnitudeOf(even), magnitudeOf(odd)))
    if (packed) {
      v128.store(packed + (at >> 1), v128.or(f16Bits(even, limit), i32x4.shl(f16Bits(odd, limit), 16)))
    } else {
      v128.store(to + at, even)
      v128.store(to + at, odd, 16)
    }
  }
  return !v128.any_true(i32x4.ge_s(most, i32x4.splat((143 + 64) << 23)))
}

/** F32 results are rounded only where they are subnormal. */
export function stageF32(row: usize, scratch: usize, to: usize, groups: i32, packed: usize): bool {
  combine(row, scratch, to, groups)
  const copied = copiedOperand(row, scratch)
  let most = i32x4.splat(0)
  const bytes = <usize>groups * GROUP_BYTES
  for (let at: usize = 0; at < bytes; at += GROUP_BYTES) {
    const x = v128.load(to + at)
    const y = v128.load(to + at, 16)
    most = i32x4.max_s(most, i32x4.max_s(magnitudeOf(x), magnitudeOf(y)))
    let even = f32x4.add(f32x4.mul(x, f32x4.splat(DOWN)), f32x4.splat(0))
    let odd = f32x4.add(f32x4.mul(y, f32x4.splat(DOWN)), f32x4.splat(0))
    if (copied) {
      even = v128.or(even, signOf(v128.load(copied + at)))
      odd = v128.or(odd, signOf(v128.load(copied + at, 16)))
    }
    if (packed) {
      v128.store(packed + at, v128.shuffle<f32>(even, odd, 0, 4, 1, 5))
      v128.store(packed + at, v128.shuffle<f32>(even, odd, 2, 6, 3, 7), 16)
    } else {
      v128.store(to + at, f32x4.mul(even, f32x4.splat(UP)))
      v128.store(to + at, f32x4.mul(odd, f32x4.splat(UP)), 16)
    }
  }
  return !v128.any_true(i32x4.ge_s(most, i32x4.splat(SCALED_WILD)))
}

/** r * 2^k. Two terms, as SLERP has them, are the common case. */
function combine(row: usize, scratch: usize, to: usize, groups: i32): void {
  const count = load<i32>(row)
  const power = v128.load32_splat(row, 4)
  const terms = row + 16
  const bytes = <usize>groups * GROUP_BYTES
  if (count == 2) {
    const a = scratch + <usize>load<u32>(terms) * OPERAND_BYTES
    const b = scratch + <usize>load<u32>(terms, 12) * OPERAND_BYTES
    const aHigh = v128.load32_splat(terms, 4)
    const aLow = v128.load32_splat(terms, 8)
    const bHigh = v128.load32_splat(terms, 16)
    const bLow = v128.load32_splat(terms, 20)
    for (let at: usize = 0; at < bytes; at += 16) {
      const x = v128.load(a + at)
      const y = v128.load(b + at)
      const high = f32x4.add(f32x4.mul(aHigh, x), f32x4.mul(bHigh, y))
      const low = f32x4.add(f32x4.mul(aLow, x), f32x4.mul(bLow, y))
      v128.store(to + at, f32x4.mul(f32x4.add(high, low), power))
    }
    return
  }
  const end = terms + <usize>count * 12
  for (let at: usize = 0; at < bytes; at += GROUP_BYTES) {
    let evenHigh = f32x4.splat(0)
    let oddHigh = f32x4.splat(0)
    let evenLow = f32x4.splat(0)
    let oddLow = f32x4.splat(0)
    for (let term = terms; term < end; term += 12) {
      const operand = scratch + <usize>load<u32>(term) * OPERAND_BYTES + at
      const even = v128.load(operand)
      const odd = v128.load(operand, 16)
      const high = v128.load32_splat(term, 4)
      const low = v128.load32_splat(term, 8)
      evenHigh = f32x4.add(evenHigh, f32x4.mul(high, even))
      oddHigh = f32x4.add(oddHigh, f32x4.mul(high, odd))
      evenLow = f32x4.add(evenLow, f32x4.mul(low, even))
      oddLow = f32x4.add(oddLow, f32x4.mul(low, odd))
    }
    v128.store(to + at, f32x4.mul(f32x4.add(evenHigh, evenLow), power))
    v128.store(to + at, f32x4.mul(f32x4.add(oddHigh, oddLow), power), 16)
  }
}

/** Where a copy's operand lies; 0 where the stage is none. */
function copiedOperand(row: usize, scratch: usize): usize {
  return load<i32>(row, 12) ? scratch + <usize>load<u32>(row, 16) * OPERAND_BYTES : 0
}

// @ts-ignore: decorator
@inline
function magnitudeOf(x: v128): v128 {
  return v128.and(x, i32x4.splat(0x7fffffff))
}

// @ts-ignore: decorator
@inline
function signOf(x: v128): v128 {
  return v128.and(x, i32x4.splat(0x80000000))
}

// @ts-ignore: decorator
@inline
function roundedBF16(x: v128, step: v128, limit: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1))
  const normal = v128.and(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd), i32x4.splat(0xffff0000))
  const small = f32x4.sub(f32x4.add(x, step), step)
  return v128.bitselect(small, normal, i32x4.lt_s(magnitudeOf(x), limit))
}

// @ts-ignore: decorator
@inline
function roundedF16(x: v128, step: v128, limit: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 13), i32x4.splat(1))
  const normal = v128.and(i32x4.add(i32x4.add(x, i32x4.splat(0xfff)), odd), i32x4.splat(0xffffe000))
  const small = f32x4.sub(f32x4.add(x, step), step)
  return v128.bitselect(small, normal, i32x4.lt_s(magnitudeOf(x), limit))
}

/** The stored bits of a value that is an F16 by now. */
// @ts-ignore: decorator
@inline
function f16Bits(x: v128, limit: v128): v128 {
  const magnitude = magnitudeOf(x)
  const normal = i32x4.sub(i32x4.shr_u(magnitude, 13), i32x4.splat((112 + 64) << 10))
  // Beside 1.5 * 2^23 steps, the last bits of the sum are the number of steps.
  const steps = v128.and(f32x4.add(magnitude, f32x4.splat(13835058055282163712.0)), i32x4.splat(0x7ff))
  const bits = v128.bitselect(steps, normal, i32x4.lt_s(magnitude, limit))
  return v128.or(bits, i32x4.shl(i32x4.shr_u(x, 31), 15))
}
