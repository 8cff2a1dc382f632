// What the element-wise methods need of whole rows, as ../../elementwise/rows.ts specifies it.

import { decode, GROUP_BYTES } from './decode'
import { exp, logRatio } from './exponential'
import { WILD } from './stage'

/** Bytes of eight float64. */
const GROUP64: usize = 64
/** Strands of a sum, and bytes of as many groups. */
const STRANDS: i32 = 64
const ROUND: usize = <usize>STRANDS * GROUP_BYTES
/** Bytes of a block. */
const BLOCK: usize = 32 * ROUND

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
 * scratch: 32 bytes a group and input; out: inputs x inputs F64
 * @returns whether no value is wild; otherwise the products are void
 */
export function rowProducts(table: usize, inputs: i32, groups: i32, based: i32, scratch: usize, out: usize): bool {
  const bytes = <usize>groups * GROUP_BYTES
  let most = i32x4.splat(0)
  for (let i = 0; i < inputs; i++, table += 12) {
    const values = scratch + <usize>i * bytes
    decode(load<u32>(table), load<i32>(table, 4), load<i32>(table, 8), groups, values)
    for (let at: usize = 0; at < bytes; at += 16) {
      const x = v128.load(values + at)
      most = i32x4.max_s(most, v128.and(x, i32x4.splat(0x7fffffff)))
      if (based && i > 0) v128.store(values + at, f32x4.sub(x, v128.load(scratch + at)))
    }
  }
  if (v128.any_true(i32x4.ge_s(most, i32x4.splat(WILD)))) return false
  for (let i = 0; i < inputs; i++)
    for (let j = i; j < inputs; j++) {
      const product = rowProduct(scratch + <usize>i * bytes, scratch + <usize>j * bytes, bytes)
      store<f64>(out + (<usize>(i * inputs + j) << 3), product)
      store<f64>(out + (<usize>(j * inputs + i) << 3), product)
    }
  return true
}

/** Four strands at a time, which lie side by side; the groups of a strand are a round apart. */
function rowProduct(a: usize, b: usize, bytes: usize): f64 {
  let total: f64 = 0
  for (let block: usize = 0; block < bytes; block += BLOCK) {
    const end = min(bytes, block + BLOCK)
    for (let strand = block; strand < min(end, block + ROUND); strand += 4 * GROUP_BYTES) {
      let s0 = f32x4.splat(0)
      let s1 = f32x4.splat(0)
      let s2 = f32x4.splat(0)
      let s3 = f32x4.splat(0)
      let at = strand
      for (; at + 3 * GROUP_BYTES < end; at += ROUND) {
        s0 = increased(s0, a + at, b + at)
        s1 = increased(s1, a + at + GROUP_BYTES, b + at + GROUP_BYTES)
        s2 = increased(s2, a + at + 2 * GROUP_BYTES, b + at + 2 * GROUP_BYTES)
        s3 = increased(s3, a + at + 3 * GROUP_BYTES, b + at + 3 * GROUP_BYTES)
      }
      if (at < end) s0 = increased(s0, a + at, b + at)
      if (at + GROUP_BYTES < end) s1 = increased(s1, a + at + GROUP_BYTES, b + at + GROUP_BYTES)
      if (at + 2 * GROUP_BYTES < end) s2 = increased(s2, a + at + 2 * GROUP_BYTES, b + at + 2 * GROUP_BYTES)
      total += lanesSum(s0)
      total += lanesSum(s1)
      total += lanesSum(s2)
      total += lanesSum(s3)
    }
  }
  return total
}

// @ts-ignore: decorator
@inline
function increased(sum: v128, a: usize, b: usize): v128 {
  const even = f32x4.add(sum, f32x4.mul(v128.load(a), v128.load(b)))
  return f32x4.add(even, f32x4.mul(v128.load(a, 16), v128.load(b, 16)))
}

// @ts-ignore: decorator
@inline
function lanesSum(lanes: v128): f64 {
  const low: f32 = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1)
  const high: f32 = f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3)
  return <f64>(low + high)
}
