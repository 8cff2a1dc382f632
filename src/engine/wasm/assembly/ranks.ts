// DELLA's pruning by ranks within a row, as ../../elementwise/rows.ts specifies it.

import { decode, GROUP_BYTES } from './decode'
import { randomBits, randomNumbers } from './philox'
import { WILD } from './stage'

/** Buckets of magnitudes: 32 a power of two, and one for all that are too small. */
const BUCKETS: i32 = 512
const SHIFT: i32 = 18
/** Elements that may be left undecided, of so many; of more the row is sorted. */
const DECIDED_OF: i32 = 16

/**
 * DELLA's mask of one row of whole groups: a bit an element. What matters of an element's rank is on which side of it the rank lies from
 * which on its random number lets it stay. Counts of rough magnitudes tell that for nearly all elements; for the others ranks are counted.
 *
 * table:   for the base and the other three words each: address of the row's elements, dtype, rounding
 * length:  elements of the row, a multiple of 8
 * lowest, step: the probability of rank 0, and what it rises by with each; not below 0
 * quad:    index of the row's first element divided by 4
 * scratch: 16 bytes an element and 8 KiB
 * @returns whether no value is wild; otherwise the mask is void
 */
export function rankedMask(
  table: usize,
  length: i32,
  lowest: f64,
  step: f64,
  quad: i32,
  place: i32,
  k0: i32,
  k1: i32,
  scratch: usize,
  mask: usize,
): bool {
  const groups = length >> 3
  const bytes = <usize>length << 2
  const keys = scratch
  const other = keys + bytes
  decode(load<u32>(table), load<i32>(table, 4), load<i32>(table, 8), groups, other)
  decode(load<u32>(table, 12), load<i32>(table, 16), load<i32>(table, 20), groups, keys)
  const magnitude = i32x4.splat(0x7fffffff)
  let most = i32x4.splat(0)
  let largest = i32x4.splat(0)
  for (let at: usize = 0; at < bytes; at += GROUP_BYTES) {
    const baseEven = v128.load(other + at)
    const baseOdd = v128.load(other + at, 16)
    const even = v128.load(keys + at)
    const odd = v128.load(keys + at, 16)
    most = i32x4.max_s(most, i32x4.max_s(v128.and(baseEven, magnitude), v128.and(baseOdd, magnitude)))
    most = i32x4.max_s(most, i32x4.max_s(v128.and(even, magnitude), v128.and(odd, magnitude)))
    const e = v128.and(f32x4.sub(even, baseEven), magnitude)
    const o = v128.and(f32x4.sub(odd, baseOdd), magnitude)
    largest = i32x4.max_s(largest, i32x4.max_s(e, o))
    v128.store(keys + at, v128.shuffle<f32>(e, o, 0, 4, 1, 5))
    v128.store(keys + at, v128.shuffle<f32>(e, o, 2, 6, 3, 7), 16)
  }
  if (v128.any_true(i32x4.ge_s(most, i32x4.splat(WILD)))) return false
  const top = max(
    max(i32x4.extract_lane(largest, 0), i32x4.extract_lane(largest, 1)),
    max(i32x4.extract_lane(largest, 2), i32x4.extract_lane(largest, 3)),
  )
  const first = max(0, (top >> SHIFT) - (BUCKETS - 1))
  const counts = scratch + 4 * bytes
  const limits = counts + (<usize>BUCKETS << 2)
  countBuckets(keys, bytes, first, counts)
  limitsOf(counts, lowest, step, limits)
  const lows = keys + bytes
  const highs = lows + bytes
  const numbers = highs + bytes
  giveLimits(keys, bytes, first, limits, lows, highs)
  randomNumbers(quad, place, k0, k1, groups, numbers)
  const undecided = compare(numbers, lows, highs, groups, mask)
  if (undecided * DECIDED_OF > length) return sortedMask(keys, length, lowest, step, quad, place, k0, k1, mask)
  if (undecided > 0) decide(keys, length, lowest, step, numbers, lows, highs, mask)
  return true
}

function countBuckets(keys: usize, bytes: usize, first: i32, counts: usize): void {
  memory.fill(counts, 0, <usize>BUCKETS << 2)
  const base = i32x4.splat(first)
  const zero = i32x4.splat(0)
  for (let at: usize = 0; at < bytes; at += 16) {
    const buckets = bucketsOf(v128.load(keys + at), base, zero)
    increment(counts + <usize>i32x4.extract_lane(buckets, 0))
    increment(counts + <usize>i32x4.extract_lane(buckets, 1))
    increment(counts + <usize>i32x4.extract_lane(buckets, 2))
    increment(counts + <usize>i32x4.extract_lane(buckets, 3))
  }
}

/** Four times the numbers of the buckets. */
// @ts-ignore: decorator
@inline
function bucketsOf(keys: v128, first: v128, zero: v128): v128 {
  return i32x4.shl(i32x4.max_s(i32x4.sub(i32x4.shr_u(keys, SHIFT), first), zero), 2)
}

/** What a random number must be below for the lowest and for the highest rank of each bucket. */
function limitsOf(counts: usize, lowest: f64, step: f64, limits: usize): void {
  let rank: i32 = 0
  for (let bucket: usize = 0; bucket < <usize>BUCKETS << 2; bucket += 4) {
    const count = load<i32>(counts + bucket)
    if (count == 0) continue
    store<u32>(limits + (bucket << 1), limitOf(lowest, step, rank))
    rank += count
    store<u32>(limits + (bucket << 1), limitOf(lowest, step, rank - 1), 4)
  }
}

// @ts-ignore: decorator
@inline
function limitOf(lowest: f64, step: f64, rank: i32): u32 {
  return <u32>Math.max(0, Math.floor((lowest + <f64>rank * step) * 4294967296.0 + 0.5))
}

function giveLimits(keys: usize, bytes: usize, first: i32, limits: usize, lows: usize, highs: usize): void {
  const base = i32x4.splat(first)
  const zero = i32x4.splat(0)
  for (let at: usize = 0; at < bytes; at += 16) {
    const places = i32x4.shl(bucketsOf(v128.load(keys + at), base, zero), 1)
    const a = v128.load64_zero(limits + <usize>i32x4.extract_lane(places, 0))
    const b = v128.load64_lane(limits + <usize>i32x4.extract_lane(places, 1), a, 1)
    const c = v128.load64_zero(limits + <usize>i32x4.extract_lane(places, 2))
    const d = v128.load64_lane(limits + <usize>i32x4.extract_lane(places, 3), c, 1)
    v128.store(lows + at, v128.shuffle<i32>(b, d, 0, 2, 4, 6))
    v128.store(highs + at, v128.shuffle<i32>(b, d, 1, 3, 5, 7))
  }
}

/** A bit for each element that surely stays. @returns how many are undecided */
function compare(numbers: usize, lows: usize, highs: usize, groups: i32, mask: usize): i32 {
  let undecided = i32x4.splat(0)
  for (let group = 0; group < groups; group++, numbers += 32, lows += 32, highs += 32, mask++) {
    const x = v128.load(numbers)
    const y = v128.load(numbers, 16)
    const a = i32x4.lt_u(x, v128.load(lows))
    const b = i32x4.lt_u(y, v128.load(lows, 16))
    store<u8>(mask, i32x4.bitmask(a) | (i32x4.bitmask(b) << 4))
    undecided = i32x4.sub(undecided, v128.andnot(i32x4.lt_u(x, v128.load(highs)), a))
    undecided = i32x4.sub(undecided, v128.andnot(i32x4.lt_u(y, v128.load(highs, 16)), b))
  }
  return (
    i32x4.extract_lane(undecided, 0) +
    i32x4.extract_lane(undecided, 1) +
    i32x4.extract_lane(undecided, 2) +
    i32x4.extract_lane(undecided, 3)
  )
}

/** Counts the ranks of those that are undecided. */
function decide(
  keys: usize,
  length: i32,
  lowest: f64,
  step: f64,
  numbers: usize,
  lows: usize,
  highs: usize,
  mask: usize,
): void {
  for (let e: i32 = 0; e < length; e++) {
    const at = <usize>e << 2
    const number = load<u32>(numbers + at)
    if (number < load<u32>(lows + at) || number >= load<u32>(highs + at)) continue
    if (number >= limitOf(lowest, step, rankOf(keys, length, e))) continue
    const to = mask + <usize>(e >> 3)
    const bit: u32 = 1 << (e & 7)
    store<u8>(to, <u8>(<u32>load<u8>(to) | bit))
  }
}

/** How many keys are smaller than that of element `e`, or equal and before it. */
function rankOf(keys: usize, length: i32, e: i32): i32 {
  const key = load<i32>(keys + (<usize>e << 2))
  const wanted = i32x4.splat(key)
  const next = i32x4.splat(key + 1)
  // Up to the four among which it is, equal ones count too.
  const middle = keys + (<usize>(e >> 2) << 4)
  const end = keys + (<usize>length << 2)
  let counts = i32x4.splat(0)
  let at = keys
  for (; at < middle; at += 16) counts = i32x4.sub(counts, i32x4.lt_s(v128.load(at), next))
  for (; at < end; at += 16) counts = i32x4.sub(counts, i32x4.lt_s(v128.load(at), wanted))
  let rank =
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3)
  for (at = middle; at < keys + (<usize>e << 2); at += 4) if (load<i32>(at) == key) rank++
  return rank
}

/** The mask by a sort of the whole row. */
function sortedMask(
  keys: usize,
  length: i32,
  lowest: f64,
  step: f64,
  quad: i32,
  place: i32,
  k0: i32,
  k1: i32,
  mask: usize,
): bool {
  const bytes = <usize>length << 2
  const order = sorted(keys, length, keys + bytes, keys + 2 * bytes, keys + 4 * bytes)
  // What each element's random number must be below, in the place of the keys.
  for (let rank = 0; rank < length; rank++) {
    const at = load<u32>(order + (<usize>rank << 2))
    store<u32>(keys + (<usize>at << 2), limitOf(lowest, step, rank))
  }
  return randomBits(quad, place, k0, k1, keys, length >> 3, mask)
}

/**
 * The places of the keys in ascending order, equal ones as they come: a radix sort of four digits of 8 bits, as most rows are too
 * short to fill larger tables. @returns where they lie
 */
function sorted(keys: usize, length: i32, a: usize, b: usize, starts: usize): usize {
  memory.fill(starts, 0, 4 * 1024)
  for (let i = 0; i < length; i++) {
    const key = load<u32>(keys + (<usize>i << 2))
    increment(starts + (<usize>(key & 255) << 2))
    increment(starts + 1024 + (<usize>((key >> 8) & 255) << 2))
    increment(starts + 2048 + (<usize>((key >> 16) & 255) << 2))
    increment(starts + 3072 + (<usize>(key >> 24) << 2))
  }
  let from = a
  let to = b
  for (let i = 0; i < length; i++) store<u32>(from + (<usize>i << 2), i)
  for (let shift = 0; shift < 32; shift += 8, starts += 1024) {
    // A digit that all keys share: the last of differences of 16-bit numbers, mostly.
    if (load<u32>(starts + (<usize>((load<u32>(keys) >> shift) & 255) << 2)) == <u32>length) continue
    let start: u32 = 0
    for (let digit: usize = 0; digit < 1024; digit += 4) {
      const count = load<u32>(starts + digit)
      store<u32>(starts + digit, start)
      start += count
    }
    for (let i = 0; i < length; i++) {
      const place = load<u32>(from + (<usize>i << 2))
      const digit = (load<u32>(keys + (<usize>place << 2)) >> shift) & 255
      const at = starts + (<usize>digit << 2)
      const next = load<u32>(at)
      store<u32>(to + (<usize>next << 2), place)
      store<u32>(at, next + 1)
    }
    const done = to
    to = from
    from = done
  }
  return from
}

// @ts-ignore: decorator
@inline
function increment(at: usize): void {
  store<u32>(at, load<u32>(at) + 1)
}
