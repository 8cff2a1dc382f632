// What counting and listing of keys share.

/** Bits of a bracket that one run may list, and what is written beside the last of them. */
export const BRACKET_ROOM: i32 = 16384 + 4

/** The lanes of each set of four, moved to the front. */
const FRONT = memory.data<u8>([
  128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
  0, 1, 2, 3, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
  4, 5, 6, 7, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
  0, 1, 2, 3, 4, 5, 6, 7, 128, 128, 128, 128, 128, 128, 128, 128,
  8, 9, 10, 11, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
  0, 1, 2, 3, 8, 9, 10, 11, 128, 128, 128, 128, 128, 128, 128, 128,
  4, 5, 6, 7, 8, 9, 10, 11, 128, 128, 128, 128, 128, 128, 128, 128,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 128, 128, 128, 128,
  12, 13, 14, 15, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
  0, 1, 2, 3, 12, 13, 14, 15, 128, 128, 128, 128, 128, 128, 128, 128,
  4, 5, 6, 7, 12, 13, 14, 15, 128, 128, 128, 128, 128, 128, 128, 128,
  0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 128, 128, 128, 128,
  8, 9, 10, 11, 12, 13, 14, 15, 128, 128, 128, 128, 128, 128, 128, 128,
  0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 128, 128, 128, 128,
  4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 128, 128, 128, 128,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
], 16)

// @ts-ignore: decorator
@inline
export function lanesSum(counts: v128): u32 {
  return (
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3)
  )
}

/**
 * Counts the single bits of a bracket among four keys, and lists the others that are within it.
 *
 * @param bits of the keys
 * @param within which of them are within the bracket
 * @param row low, high, number of single bits, and those
 * @param to number above, number of the others within, of each single
 * @param next where the next of the others' bits is listed
 * @returns the same after these
 */
// @ts-ignore: decorator
@inline
export function listFour(bits: v128, within: v128, row: usize, singles: i32, to: usize, next: usize): usize {
  let others = within
  for (let s = 0; s < singles; s++) {
    const equal = i32x4.eq(bits, v128.load32_splat(row + (<usize>s << 2), 12))
    const at = to + (<usize>s << 2)
    store<u32>(at, load<u32>(at, 8) + popcnt(i32x4.bitmask(equal)), 8)
    others = v128.andnot(others, equal)
  }
  const lanes = i32x4.bitmask(others)
  v128.store(next, i8x16.swizzle(bits, v128.load(FRONT + (<usize>lanes << 4))))
  return next + (<usize>popcnt(lanes) << 2)
}
