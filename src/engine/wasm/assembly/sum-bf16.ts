// The common case of sums, of BF16 inputs as they are stored: from the stored elements to the sums in registers. What is added up, and in which
// order, is as in ./sum.ts.

import { DIFFERENCES, isPairVariance, pairVariance } from './differences'
import { GROUP_BYTES } from './decode'
import { KEEP_BYTES, keepMasks, RANGE } from './keep'
import { inRange, keepRanges } from './ranges'
import { OPERAND_BYTES } from './stage'

/** Bytes of the four-lane sums of 64 strands. */
export const COLUMN_BYTES: usize = 64 * 16
/** 2^-55: smaller differences count as 0. */
export const TINY: f32 = 2.7755575615628914e-17

/**
 * Adds a block to the sums.
 *
 * table:   for each input three words: address of its elements, dtype, rounding
 * group:   the block's first group in the tile; done: the same in the run
 * keeps:   a row for each difference (./keep.ts)
 * scratch: 8 KiB
 * sums:    of all elements of each difference, then of those that stay
 * @returns false where nothing was added: this case is left to ./sum.ts
 */
export function sumBF16(
  table: usize,
  inputs: i32,
  key: i32,
  group: i32,
  done: i32,
  groups: i32,
  keeps: usize,
  squares: i32,
  scratch: usize,
  sums: usize,
): bool {
  const at = group << 3
  const from = <usize>done << 4
  const base = <usize>load<u32>(table) + from
  const range = scratch
  const masks = scratch + OPERAND_BYTES
  const isPair = isPairVariance(key, inputs)
  if (isPair) {
    if (!keepRanges(keeps, 1, at, groups << 3, range)) return false
    const first = <usize>load<u32>(table, 12) + from
    const second = <usize>load<u32>(table, 24) + from
    varianceMasks(base, first, second, groups, range, masks)
  } else if (key != DIFFERENCES) return false
  else
    for (let k = 0; k < inputs - 1; k++) {
      const row = keeps + <usize>k * KEEP_BYTES
      if (load<i32>(row) == RANGE && !keepRanges(row, 1, at, groups << 3, range)) return false
    }
  for (let k = 0; k < inputs - 1; k++) {
    const row = keeps + <usize>k * KEEP_BYTES
    const other = <usize>load<u32>(table + <usize>(k + 1) * 12) + from
    const isRange = !isPair && keepRanges(row, 1, at, groups << 3, range)
    if (!isPair && !isRange) keepMasks(row, 0, at, groups, masks)
    addDifference(base, other, groups, isRange ? range : 0, masks, squares, sums + <usize>(2 * k) * COLUMN_BYTES)
  }
  return true
}

/** @param range of what stays; 0 where `masks` tell */
function addDifference(
  base: usize,
  other: usize,
  groups: i32,
  range: usize,
  masks: usize,
  squares: i32,
  sums: usize,
): void {
  const upper = i32x4.splat(0xffff0000)
  const tiny = f32x4.splat(TINY)
  const shift = range ? v128.load32_splat(range) : tiny
  const limit = range ? v128.load32_splat(range, 4) : tiny
  const bytes = <usize>groups << 4
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = v128.load(base + at)
    const y = v128.load(other + at)
    let even = f32x4.abs(f32x4.sub(i32x4.shl(y, 16), i32x4.shl(x, 16)))
    let odd = f32x4.abs(f32x4.sub(v128.and(y, upper), v128.and(x, upper)))
    let maskEven: v128
    let maskOdd: v128
    if (range) {
      maskEven = inRange(even, shift, limit)
      maskOdd = inRange(odd, shift, limit)
    } else {
      maskEven = v128.load(masks + (at << 1))
      maskOdd = v128.load(masks + (at << 1), 16)
    }
    even = v128.and(even, f32x4.ge(even, tiny))
    odd = v128.and(odd, f32x4.ge(odd, tiny))
    if (squares) {
      even = f32x4.mul(even, even)
      odd = f32x4.mul(odd, odd)
    }
    // A block has two rounds of 64 strands.
    const to = sums + (at & (COLUMN_BYTES - 1))
    v128.store(to, f32x4.add(f32x4.add(v128.load(to), even), odd))
    const kept = f32x4.add(v128.load(to, COLUMN_BYTES), v128.and(even, maskEven))
    v128.store(to, f32x4.add(kept, v128.and(odd, maskOdd)), COLUMN_BYTES)
  }
}

/** Masks of the elements of which the variance of two differences is in a range: two vectors a group. */
function varianceMasks(base: usize, first: usize, second: usize, groups: i32, range: usize, to: usize): void {
  const upper = i32x4.splat(0xffff0000)
  const shift = v128.load32_splat(range)
  const limit = v128.load32_splat(range, 4)
  const bytes = <usize>groups << 4
  for (let at: usize = 0; at < bytes; at += 16, to += GROUP_BYTES) {
    const x = v128.load(base + at)
    const a = v128.load(first + at)
    const b = v128.load(second + at)
    const xEven = i32x4.shl(x, 16)
    const xOdd = v128.and(x, upper)
    const even = pairVariance(f32x4.sub(i32x4.shl(a, 16), xEven), f32x4.sub(i32x4.shl(b, 16), xEven))
    const odd = pairVariance(f32x4.sub(v128.and(a, upper), xOdd), f32x4.sub(v128.and(b, upper), xOdd))
    v128.store(to, inRange(even, shift, limit))
    v128.store(to, inRange(odd, shift, limit), 16)
  }
}
