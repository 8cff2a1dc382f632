import { countBF16, isCountedAsStored } from './count-bf16'
import { computeKeys, DIFFERENCES, readInputs, subtractBase } from './differences'
import { areBF16, GROUP_BYTES } from './decode'
import { BRACKET_ROOM, lanesSum, listFour } from './listing'
import { BLOCK_GROUPS, OPERAND_BYTES } from './stage'

/** What is counted. */
const PREFIXES = 0
const BELOW = 1
const EQUAL = 2
const SHARED = 3
const WITHIN = 4

/**
 * Counts the keys of a run, as ../../elementwise/reference-count.ts specifies it.
 *
 * table:  for each input three words: address of its elements, dtype, rounding
 * key:    what keys are of; factors, rowGroups: for importance; group: the run's first group in the tile
 * what:   prefixes: 65536 counts a key. Below: `wanted` has a word with the number of prefixes for each key, then those; 32768 counts each.
 *         Equal: `wanted` has the bits for each key, one count each. Above: `wanted` has the bits; two counts a key. Within: `wanted` has a
 *         word with the number of brackets for each key, then for each low, high, number of single bits, and those; its counts are as
 *         specified, with room for 16384 bits and four more.
 * scratch: 4 KiB an input and 4 KiB more
 * flags:   a byte a block of 128 groups: 1 where some value is wild, so that nothing of it was counted
 * @returns number of such blocks
 */
export function countRun(
  table: usize,
  inputs: i32,
  groups: i32,
  key: i32,
  factors: usize,
  rowGroups: i32,
  group: i32,
  what: i32,
  wanted: usize,
  counts: usize,
  scratch: usize,
  flags: usize,
): i32 {
  let wild = 0
  const number = key == DIFFERENCES ? inputs - 1 : 1
  const isShort = what == WITHIN && isCountedAsStored(key, inputs) && areBF16(table, inputs)
  for (let done = 0; done < groups; done += BLOCK_GROUPS) {
    const count = min(BLOCK_GROUPS, groups - done)
    if (isShort) {
      const isFine = countBF16(table, inputs, key, done, count, wanted, counts, scratch)
      store<u8>(flags++, isFine ? 0 : 1)
      if (!isFine) wild++
      continue
    }
    const fine = readInputs(table, inputs, done, count, scratch)
    store<u8>(flags++, fine ? 0 : 1)
    if (!fine) {
      wild++
      continue
    }
    subtractBase(scratch, inputs, count)
    const spare = scratch + <usize>inputs * OPERAND_BYTES
    const keys = computeKeys(key, scratch, inputs, factors, rowGroups, group + done, count, spare)
    if (what == PREFIXES) {
      for (let k = 0; k < number; k++)
        countPrefixes(keys + <usize>k * OPERAND_BYTES, count, counts + (<usize>k << 18))
    } else if (what == BELOW) {
      let row = wanted
      let to = counts
      for (let k = 0; k < number; k++) {
        const prefixes = load<i32>(row)
        row += 4
        for (let p = 0; p < prefixes; p++, row += 4, to += 1 << 17)
          countBelow(keys + <usize>k * OPERAND_BYTES, count, load<i32>(row), to)
      }
    } else if (what == EQUAL) {
      for (let k = 0; k < number; k++) {
        const to = counts + (<usize>k << 2)
        const bits = load<i32>(wanted + (<usize>k << 2))
        store<u32>(to, load<u32>(to) + countEqual(keys + <usize>k * OPERAND_BYTES, count, bits))
      }
    } else if (what == SHARED) countShared(keys, number, count, load<i32>(wanted), counts)
    else {
      let row = wanted
      let to = counts
      for (let k = 0; k < number; k++) {
        const brackets = load<i32>(row)
        row += 4
        for (let b = 0; b < brackets; b++) {
          const singles = load<i32>(row, 8)
          countWithin(keys + <usize>k * OPERAND_BYTES, count, row, to)
          row += 12 + (<usize>singles << 2)
          to += <usize>(2 + singles + BRACKET_ROOM) << 2
        }
      }
    }
  }
  return wild
}

function countPrefixes(keys: usize, groups: i32, counts: usize): void {
  const end = keys + <usize>groups * GROUP_BYTES
  const mask = i32x4.splat(0x3fffc)
  for (; keys < end; keys += 16) {
    // Byte offsets of the counts.
    const at = v128.and(i32x4.shr_u(v128.load(keys), 13), mask)
    increment(counts + <usize>(<u32>i32x4.extract_lane(at, 0)))
    increment(counts + <usize>(<u32>i32x4.extract_lane(at, 1)))
    increment(counts + <usize>(<u32>i32x4.extract_lane(at, 2)))
    increment(counts + <usize>(<u32>i32x4.extract_lane(at, 3)))
  }
}

// @ts-ignore: decorator
@inline
function increment(at: usize): void {
  store<u32>(at, load<u32>(at) + 1)
}

function countBelow(keys: usize, groups: i32, prefix: i32, counts: usize): void {
  const end = keys + <usize>groups * GROUP_BYTES
  const prefixes = i32x4.splat(prefix)
  for (; keys < end; keys += 16) {
    const bits = v128.and(v128.load(keys), i32x4.splat(0x7fffffff))
    const found = i32x4.eq(i32x4.shr_u(bits, 15), prefixes)
    if (!v128.any_true(found)) continue
    for (let lane: usize = 0; lane < 16; lane += 4) {
      const one = load<u32>(keys + lane) & 0x7fffffff
      if (<i32>(one >> 15) == prefix) increment(counts + (<usize>(one & 0x7fff) << 2))
    }
  }
}

function countEqual(keys: usize, groups: i32, bits: i32): u32 {
  const end = keys + <usize>groups * GROUP_BYTES
  const wanted = i32x4.splat(bits)
  let counts = i32x4.splat(0)
  for (; keys < end; keys += 16)
    counts = i32x4.sub(counts, i32x4.eq(v128.and(v128.load(keys), i32x4.splat(0x7fffffff)), wanted))
  return lanesSum(counts)
}

/** row: low, high, number of single bits, and those; to: number above, number of the others within, of each single, then the others' bits */
function countWithin(keys: usize, groups: i32, row: usize, to: usize): void {
  const low = v128.load32_splat(row)
  const high = v128.load32_splat(row, 4)
  const singles = load<i32>(row, 8)
  const first = to + (<usize>(2 + singles) << 2)
  let next = first + (<usize>load<u32>(to, 4) << 2)
  let above = i32x4.splat(0)
  const end = keys + <usize>groups * GROUP_BYTES
  for (; keys < end; keys += 16) {
    const bits = v128.and(v128.load(keys), i32x4.splat(0x7fffffff))
    const isAbove = i32x4.gt_s(bits, high)
    above = i32x4.sub(above, isAbove)
    const within = v128.andnot(i32x4.ge_s(bits, low), isAbove)
    if (!v128.any_true(within)) continue
    next = listFour(bits, within, row, singles, to, next)
  }
  store<u32>(to, load<u32>(to) + lanesSum(above))
  store<u32>(to, <u32>((next - first) >> 2), 4)
}

/** For each difference above `bits`: whether others are as well. */
function countShared(keys: usize, number: i32, groups: i32, bits: i32, counts: usize): void {
  const bytes = <usize>groups * GROUP_BYTES
  const limit = i32x4.splat(bits)
  const magnitude = i32x4.splat(0x7fffffff)
  for (let at: usize = 0; at < bytes; at += 16) {
    let total = i32x4.splat(0)
    for (let k = 0; k < number; k++)
      total = i32x4.sub(total, i32x4.gt_s(v128.and(v128.load(keys + <usize>k * OPERAND_BYTES + at), magnitude), limit))
    const several = i32x4.gt_s(total, i32x4.splat(1))
    for (let k = 0; k < number; k++) {
      const above = i32x4.gt_s(v128.and(v128.load(keys + <usize>k * OPERAND_BYTES + at), magnitude), limit)
      const to = counts + (<usize>k << 3)
      const shared = i32x4.bitmask(v128.and(above, several))
      const alone = i32x4.bitmask(v128.andnot(above, several))
      store<u32>(to, load<u32>(to) + popcnt(shared))
      store<u32>(to, load<u32>(to, 4) + popcnt(alone), 4)
    }
  }
}
