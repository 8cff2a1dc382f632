// What the element-wise methods need of whole rows, as ../../elementwise/rows.ts specifies it.

import { decode, GROUP_BYTES } from './decode'
import { exp, logRatio } from './exponential'
import { WILD } from './stage'

/** Bytes of eight float64. */
const GROUP64: usize = 64

/**
 * The divergence of one row of whole groups.
 *
 * table:   for the base and the other three words each: address of the row's elements, dtype, rounding
 * scratch: 192 bytes a group
 * @returns the divergence; -1 where a value is wild
 */
export function rowDivergence(table: usize, groups: i32, scratch: usize): f64 {
  const values = scratch
  const q = values + <usize>groups * GROUP64
  const p = q + <usize>groups * GROUP64
  const qSum = exponentials(table, groups, values, q)
  if (qSum < 0) return -1
  const pSum = exponentials(table + 12, groups, values, p)
  if (pSum < 0) return -1
  const pShare = f64x2.splat(1 / pSum)
  const qShare = f64x2.splat(1 / qSum)
  const epsilon = f64x2.splat(1e-8)
  let sums = f64x2.splat(0)
  const bytes = <usize>groups * GROUP64
  for (let at: usize = 0; at < bytes; at += 16) {
    const a = f64x2.add(f64x2.mul(v128.load(p + at), pShare), epsilon)
    const b = f64x2.add(f64x2.mul(v128.load(q + at), qShare), epsilon)
    sums = f64x2.add(sums, f64x2.mul(a, logRatio(a, b)))
  }
  const divergence = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
  return divergence < 0 ? 0 : divergence
}

/** e^(x - max) of a row; @returns their sum, or -1 where a value is wild */
function exponentials(table: usize, groups: i32, values: usize, to: usize): f64 {
  decode(load<u32>(table), load<i32>(table, 4), load<i32>(table, 8), groups, values)
  const end = values + <usize>groups * GROUP_BYTES
  let most = i32x4.splat(0)
  let high = f32x4.splat(-Infinity)
  for (let at = values; at < end; at += 16) {
    const x = v128.load(at)
    most = i32x4.max_s(most, v128.and(x, i32x4.splat(0x7fffffff)))
    high = f32x4.pmax(high, x)
  }
  if (v128.any_true(i32x4.ge_s(most, i32x4.splat(WILD)))) return -1
  const largest = max(
    max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)),
    max(f32x4.extract_lane(high, 2), f32x4.extract_lane(high, 3)),
  )
  const shift = f64x2.splat(<f64>largest)
  const floor = f64x2.splat(-700)
  let sums = f64x2.splat(0)
  for (let at = values; at < end; at += GROUP_BYTES) {
    const even = v128.load(at)
    const odd = v128.load(at, 16)
    const low = v128.shuffle<f32>(even, odd, 0, 4, 1, 5)
    const rest = v128.shuffle<f32>(even, odd, 2, 6, 3, 7)
    for (let half = 0; half < 2; half++) {
      const four = half ? rest : low
      const x = exp(f64x2.pmax(floor, f64x2.sub(f64x2.promote_low_f32x4(four), shift)))
      v128.store(to, x)
      sums = f64x2.add(sums, x)
      const upper = v128.shuffle<f32>(four, four, 2, 3, 2, 3)
      const y = exp(f64x2.pmax(floor, f64x2.sub(f64x2.promote_low_f32x4(upper), shift)))
      v128.store(to, y, 16)
      sums = f64x2.add(sums, y)
      to += 32
    }
  }
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
}

/**
 * The inner products of the inputs over one row of whole groups, with each other or as differences from the first.
 * scratch: 96 bytes a group and input; out: inputs x inputs F64
 * @returns whether no value is wild; otherwise the products are void
 */
export function rowProducts(table: usize, inputs: i32, groups: i32, based: i32, scratch: usize, out: usize): bool {
  const bytes32 = <usize>groups * GROUP_BYTES
  const bytes = <usize>groups * GROUP64
  const wide = scratch + <usize>inputs * bytes32
  let most = i32x4.splat(0)
  for (let i = 0; i < inputs; i++, table += 12) {
    const values = scratch + <usize>i * bytes32
    decode(load<u32>(table), load<i32>(table, 4), load<i32>(table, 8), groups, values)
    for (let at: usize = 0; at < bytes32; at += 16)
      most = i32x4.max_s(most, v128.and(v128.load(values + at), i32x4.splat(0x7fffffff)))
    let to = wide + <usize>i * bytes
    for (let at: usize = 0; at < bytes32; at += GROUP_BYTES, to += GROUP64) {
      let even = v128.load(values + at)
      let odd = v128.load(values + at, 16)
      if (based && i > 0) {
        even = f32x4.sub(even, v128.load(scratch + at))
        odd = f32x4.sub(odd, v128.load(scratch + at, 16))
      }
      v128.store(to, f64x2.promote_low_f32x4(v128.shuffle<f32>(even, odd, 0, 4, 0, 4)))
      v128.store(to, f64x2.promote_low_f32x4(v128.shuffle<f32>(even, odd, 1, 5, 1, 5)), 16)
      v128.store(to, f64x2.promote_low_f32x4(v128.shuffle<f32>(even, odd, 2, 6, 2, 6)), 32)
      v128.store(to, f64x2.promote_low_f32x4(v128.shuffle<f32>(even, odd, 3, 7, 3, 7)), 48)
    }
  }
  if (v128.any_true(i32x4.ge_s(most, i32x4.splat(WILD)))) return false
  for (let i = 0; i < inputs; i++) {
    const a = wide + <usize>i * bytes
    for (let j = i; j < inputs; j++) {
      const b = wide + <usize>j * bytes
      let sums = f64x2.splat(0)
      for (let at: usize = 0; at < bytes; at += 16)
        sums = f64x2.add(sums, f64x2.mul(v128.load(a + at), v128.load(b + at)))
      const product = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
      store<f64>(out + (<usize>(i * inputs + j) << 3), product)
      store<f64>(out + (<usize>(j * inputs + i) << 3), product)
    }
  }
  return true
}
