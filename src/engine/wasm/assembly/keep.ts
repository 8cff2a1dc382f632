// Which elements of a difference stay (../../elementwise/program.ts), as masks.

import { GROUP_BYTES } from './decode'
import { randomMasks } from './philox'

/** Bytes of a row of the table: kind, and up to six words. */
export const KEEP_BYTES: usize = 32
/** Kinds. */
export const ALL = 0
export const RANGE = 1
const RANDOM = 2

/**
 * Masks for `groups` groups: two vectors a group, of its even and its odd elements.
 *
 * row:  kind; then for a range the bits and first and last index of the lower and of the upper bound, for random numbers limit, key, place
 *       and the number of the tile's first counter, for a given mask the address of its bytes
 * keys: what a range compares
 * at:   place of the first element in the tile, a multiple of 16
 * to:   room for an even number of groups
 */
export function keepMasks(row: usize, keys: usize, at: i32, groups: i32, to: usize): void {
  const kind = load<i32>(row)
  if (kind == ALL) memory.fill(to, 0xff, <usize>groups * GROUP_BYTES)
  else if (kind == RANGE) rangeMasks(row, keys, at, groups, to)
  else if (kind == RANDOM)
    randomMasks(
      load<i32>(row, 20) + (at >> 2),
      load<i32>(row, 16),
      load<i32>(row, 8),
      load<i32>(row, 12),
      load<i32>(row, 4),
      groups,
      to,
    )
  else givenMasks(<usize>load<u32>(row, 4) + <usize>(at >> 3), groups, to)
}

function rangeMasks(row: usize, keys: usize, at: i32, groups: i32, to: usize): void {
  const end = to + <usize>groups * GROUP_BYTES
  for (let half = 0; to < end; to += 16, keys += 16, half ^= 1) {
    v128.store(to, rangeMask(row, v128.load(keys), at + half))
    at += half << 3
  }
}

/** Which of four keys are within a range; they are those of every other element from place `at` of the tile on. */
// @ts-ignore: decorator
@inline
function rangeMask(row: usize, keys: v128, at: i32): v128 {
  const low = v128.load32_splat(row, 4)
  const high = v128.load32_splat(row, 16)
  const bits = v128.and(keys, i32x4.splat(0x7fffffff))
  const isLow = i32x4.eq(bits, low)
  const isHigh = i32x4.eq(bits, high)
  const mask = v128.and(i32x4.gt_s(bits, low), i32x4.lt_s(bits, high))
  if (!v128.any_true(v128.or(isLow, isHigh))) return mask
  const index = i32x4.add(i32x4.splat(at), i32x4(0, 2, 4, 6))
  const above = v128.or(i32x4.gt_s(bits, low), v128.and(isLow, within(row + 8, index)))
  const below = v128.or(i32x4.lt_s(bits, high), v128.and(isHigh, within(row + 20, index)))
  return v128.and(above, below)
}

// @ts-ignore: decorator
@inline
function within(ends: usize, index: v128): v128 {
  return v128.and(i32x4.ge_s(index, v128.load32_splat(ends)), i32x4.le_s(index, v128.load32_splat(ends, 4)))
}

function givenMasks(from: usize, groups: i32, to: usize): void {
  const even = i32x4(1, 4, 16, 64)
  const odd = i32x4(2, 8, 32, 128)
  const end = to + <usize>groups * GROUP_BYTES
  for (; to < end; to += GROUP_BYTES, from++) {
    const bits = i32x4.splat(load<u8>(from))
    v128.store(to, i32x4.eq(v128.and(bits, even), even))
    v128.store(to, i32x4.eq(v128.and(bits, odd), odd), 16)
  }
}
