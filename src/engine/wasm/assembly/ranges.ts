// Ranges of bits as the kernels for BF16 compare them: one subtraction and one comparison for both bounds.

import { ALL, KEEP_BYTES, RANGE } from './keep'

/** Bytes of a range: what is subtracted from the bits, and what the result must be below, as signed numbers. */
export const RANGE_BYTES: usize = 8

/** The bits from `first` to before `end` (at most 2^31). */
function setRange(to: usize, first: u32, end: u32): void {
  store<u32>(to, first - 0x80000000)
  store<u32>(to, (end > first ? end - first : 0) + 0x80000000, 4)
}

/** Which of four F32 have their magnitude's bits in a range. */
// @ts-ignore: decorator
@inline
export function inRange(x: v128, shift: v128, limit: v128): v128 {
  return i32x4.lt_s(i32x4.sub(v128.and(x, i32x4.splat(0x7fffffff)), shift), limit)
}

/**
 * The ranges of `count` keeps (./keep.ts) over the elements from place `at` of the tile on.
 * @returns whether each is one: false where some keep is none, and where a bound takes some of these elements and leaves others
 */
export function keepRanges(keeps: usize, count: i32, at: i32, elements: i32, to: usize): bool {
  for (let k = 0; k < count; k++, keeps += KEEP_BYTES, to += RANGE_BYTES) {
    const kind = load<i32>(keeps)
    if (kind > RANGE) return false
    if (kind == ALL) {
      setRange(to, 0, 0x80000000)
      continue
    }
    if (cuts(keeps + 8, at, elements) || cuts(keeps + 20, at, elements)) return false
    const takesLow = load<i32>(keeps, 8) <= at && load<i32>(keeps, 12) >= at
    const takesHigh = load<i32>(keeps, 20) <= at && load<i32>(keeps, 24) >= at
    setRange(to, load<u32>(keeps, 4) + (takesLow ? 0 : 1), load<u32>(keeps, 16) + (takesHigh ? 1 : 0))
  }
  return true
}

/** True where places of a range, first and last, and others follow each other within some elements. */
function cuts(ends: usize, at: i32, elements: i32): bool {
  const from = load<i32>(ends)
  const to = load<i32>(ends, 4)
  const last = at + elements - 1
  return from <= to && from <= last && to >= at && (from > at || to < last)
}
