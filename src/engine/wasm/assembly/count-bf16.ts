// The common case of counting within brackets, of BF16 inputs as they are stored: from the stored elements to counts in registers. What is
// counted is as in ./count.ts.

import { areTame, DIFFERENCES, isPairVariance, pairVariance } from './differences'
import { BRACKET_ROOM, lanesSum, listFour } from './listing'
import { inRange } from './ranges'

/** True of what is counted here. */
export function isCountedAsStored(key: i32, inputs: i32): bool {
  return key == DIFFERENCES || isPairVariance(key, inputs)
}

/**
 * table:   for each input three words: address of its elements, dtype, rounding
 * done:    groups of the run before the block
 * wanted, counts: as in ./count.ts
 * scratch: 4 KiB
 * @returns whether no value is wild; otherwise nothing was counted
 */
export function countBF16(
  table: usize,
  inputs: i32,
  key: i32,
  done: i32,
  groups: i32,
  wanted: usize,
  counts: usize,
  scratch: usize,
): bool {
  const from = <usize>done << 4
  const bytes = <usize>groups << 4
  if (!areTame(table, inputs, from, bytes)) return false
  const base = <usize>load<u32>(table) + from
  const number = key == DIFFERENCES ? inputs - 1 : 1
  for (let k = 0; k < number; k++) {
    const other = <usize>load<u32>(table + <usize>(k + 1) * 12) + from
    const second = key == DIFFERENCES ? 0 : <usize>load<u32>(table, 24) + from
    const brackets = load<i32>(wanted)
    wanted += 4
    for (let b = 0; b < brackets; b++) {
      const singles = load<i32>(wanted, 8)
      const end = nearBracket(base, other, second, bytes, wanted, counts, scratch)
      listWithin(scratch, end, wanted, counts)
      wanted += 12 + (<usize>singles << 2)
      counts += <usize>(2 + singles + BRACKET_ROOM) << 2
    }
  }
  return true
}

/**
 * Counts the keys above a bracket, and finds those that are not outside of it.
 * @param second the other of two inputs of whose differences the variance is the key; 0 where the key is the difference of `other`
 * @param row low, high
 * @param counts of which the first is of the keys above
 * @param to where groups' keys go of which some are within; room for all
 * @returns the end of these
 */
function nearBracket(
  base: usize,
  other: usize,
  second: usize,
  bytes: usize,
  row: usize,
  counts: usize,
  to: usize,
): usize {
  const low = load<u32>(row)
  const shift = i32x4.splat(low - 0x80000000)
  const limit = i32x4.splat(load<u32>(row, 4) + 1 - low + 0x80000000)
  const high = v128.load32_splat(row, 4)
  const upper = i32x4.splat(0xffff0000)
  const magnitude = i32x4.splat(0x7fffffff)
  let above = i32x4.splat(0)
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = v128.load(base + at)
    const y = v128.load(other + at)
    const xEven = i32x4.shl(x, 16)
    const xOdd = v128.and(x, upper)
    let even = f32x4.sub(i32x4.shl(y, 16), xEven)
    let odd = f32x4.sub(v128.and(y, upper), xOdd)
    if (second) {
      const z = v128.load(second + at)
      even = pairVariance(even, f32x4.sub(i32x4.shl(z, 16), xEven))
      odd = pairVariance(odd, f32x4.sub(v128.and(z, upper), xOdd))
    }
    even = v128.and(even, magnitude)
    odd = v128.and(odd, magnitude)
    above = i32x4.sub(above, i32x4.add(i32x4.gt_s(even, high), i32x4.gt_s(odd, high)))
    // Written in any case: what is not wanted is overwritten, for a branch that nobody foretells costs more.
    v128.store(to, even)
    v128.store(to, odd, 16)
    const within = v128.or(
      i32x4.lt_s(i32x4.sub(even, shift), limit),
      i32x4.lt_s(i32x4.sub(odd, shift), limit),
    )
    to += <usize>v128.any_true(within) << 5
  }
  store<u32>(counts, load<u32>(counts) + lanesSum(above))
  return to
}

/** Counts the single bits among keys, and lists the others that are within the bracket. */
function listWithin(keys: usize, end: usize, row: usize, to: usize): void {
  const low = load<u32>(row)
  const shift = i32x4.splat(low - 0x80000000)
  const limit = i32x4.splat(load<u32>(row, 4) + 1 - low + 0x80000000)
  const singles = load<i32>(row, 8)
  const first = to + (<usize>(2 + singles) << 2)
  let next = first + (<usize>load<u32>(to, 4) << 2)
  for (; keys < end; keys += 16) {
    const bits = v128.load(keys)
    const within = inRange(bits, shift, limit)
    next = listFour(bits, within, row, singles, to, next)
  }
  store<u32>(to, <u32>((next - first) >> 2), 4)
}
