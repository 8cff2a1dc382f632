// The common case of a mix, of BF16 inputs as they are stored and to BF16. What is computed, and in which order, is as in ./map.ts, and so are
// the bits of the result; of zeros only the sign may differ on the way, and the result has none.

import { computeKeys, DIFFERENCES, isPairVariance, readInputs, subtractBase, VARIANCE } from './differences'
import { GROUP_BYTES } from './decode'
import { KEEP_BYTES, keepMasks, RANGE } from './keep'
import { mixPair } from './mix-pair'
import { packed } from './pack-bf16'
import { inRange, keepRanges, RANGE_BYTES } from './ranges'
import { KEPT, NONE, pickFactor, SCALED } from './votes'
import { OPERAND_BYTES, WILD } from './stage'

/** What a block came to. */
export const VOID = 0
export const FINE = 1
/** Nothing was computed: this case is left to ./map.ts. */
export const OTHER = 2

/**
 * A mix over a block.
 *
 * table:   for each input three words: address of its elements, dtype, rounding
 * rule:    as in ./map.ts
 * group:   the block's first group in the tile; done: the same in the run
 * scratch: 4 KiB an input and 12 KiB more
 * @returns FINE if no value is wild, and every result finite
 */
export function mixBF16(
  table: usize,
  inputs: i32,
  rule: usize,
  group: i32,
  done: i32,
  groups: i32,
  scratch: usize,
  out: usize,
): i32 {
  const differences = inputs - 1
  const key = load<i32>(rule, 4)
  const keeps = <usize>load<u32>(rule, 32)
  // Where none takes part the sum is 0; any other finite factor gives the same.
  const factor = load<f32>(<usize>load<u32>(rule, 24))
  if (factor - factor != 0) return OTHER
  const ranges = scratch
  let masks: usize = 0
  let stride: usize = 0
  let isVariance = false
  if (isPairVariance(key, inputs) && keepRanges(keeps, 1, group << 3, groups << 3, ranges)) isVariance = true
  else if (key == VARIANCE) {
    if (!readInputs(table, inputs, done, groups, scratch)) return VOID
    subtractBase(scratch, inputs, groups)
    const spare = scratch + <usize>inputs * OPERAND_BYTES
    masks = spare + OPERAND_BYTES
    keepMasks(keeps, computeKeys(key, scratch, inputs, 0, 1, group, groups, spare), group << 3, groups, masks)
  } else if (key != DIFFERENCES) return OTHER
  else if (!keepRanges(keeps, differences, group << 3, groups << 3, ranges)) {
    masks = scratch
    stride = OPERAND_BYTES
    for (let k = 0; k < differences; k++) {
      const row = keeps + <usize>k * KEEP_BYTES
      if (load<i32>(row) == RANGE) return OTHER
      keepMasks(row, 0, group << 3, groups, masks + <usize>k * stride)
    }
  }
  const isFine =
    inputs == 3
      ? mixPair(table, rule, isVariance, ranges, masks, stride, done, groups, out)
      : mixAny(table, inputs, rule, ranges, masks, stride, done, groups, out)
  return isFine ? FINE : VOID
}

/**
 * Any number of differences. A vote is counted while what would be the result of either outcome is added up.
 * @param masks of the first difference's elements, those of the next `stride` bytes further; 0 where `ranges` tell which stay
 */
function mixAny(
  table: usize,
  inputs: i32,
  rule: usize,
  ranges: usize,
  masks: usize,
  stride: usize,
  done: i32,
  groups: i32,
  out: usize,
): bool {
  const vote = load<i32>(rule, 16)
  const count = vote == NONE ? 1 : load<i32>(rule, 20)
  const factors = <usize>load<u32>(rule, 24)
  const scales = <usize>load<u32>(rule, 28)
  const upper = i32x4.splat(0xffff0000)
  const zero = f32x4.splat(0)
  let most = i16x8.splat(0)
  let largest = i16x8.splat(0)
  const first = <usize>done << 4
  const end = first + (<usize>groups << 4)
  for (let from = first; from < end; from += 16) {
    const base = v128.load(<usize>load<u32>(table) + from)
    most = i16x8.max_s(most, v128.and(base, i16x8.splat(0x7fff)))
    let even = zero
    let odd = zero
    for (let half = 0; half < 2; half++) {
      const b = half ? v128.and(base, upper) : i32x4.shl(base, 16)
      let votes = zero
      let sum = zero
      let against = zero
      let set = zero
      let others = zero
      for (let k = 0; k < inputs - 1; k++) {
        const other = v128.load(<usize>load<u32>(table + <usize>(k + 1) * 12) + from)
        most = i16x8.max_s(most, v128.and(other, i16x8.splat(0x7fff)))
        const difference = f32x4.sub(half ? v128.and(other, upper) : i32x4.shl(other, 16), b)
        const range = ranges + <usize>k * RANGE_BYTES
        const mask = masks
          ? v128.load(masks + <usize>k * stride + ((from - first) << 1) + <usize>(half << 4))
          : inRange(difference, v128.load32_splat(range), v128.load32_splat(range, 4))
        const kept = v128.and(difference, mask)
        const scaled = f32x4.mul(v128.load32_splat(scales + (<usize>k << 2)), kept)
        const bit = i32x4.splat(1 << k)
        if (vote <= KEPT) {
          sum = f32x4.add(sum, scaled)
          set = v128.or(set, v128.and(mask, bit))
        } else {
          const ballot = vote == SCALED ? scaled : kept
          const isFor = f32x4.gt(ballot, zero)
          const isAgainst = f32x4.lt(ballot, zero)
          votes = f32x4.add(votes, ballot)
          sum = f32x4.add(sum, v128.and(scaled, isFor))
          set = v128.or(set, v128.and(bit, isFor))
          against = f32x4.add(against, v128.and(scaled, isAgainst))
          others = v128.or(others, v128.and(bit, isAgainst))
        }
      }
      if (vote > KEPT) {
        const isFor = f32x4.ge(votes, zero)
        sum = v128.bitselect(sum, against, isFor)
        set = v128.bitselect(set, others, isFor)
      }
      const result = f32x4.add(b, f32x4.mul(sum, pickFactor(factors, count, set)))
      if (half) odd = result
      else even = result
    }
    const words = packed(even, odd)
    largest = i16x8.max_s(largest, v128.and(words, i16x8.splat(0x7fff)))
    v128.store(out + from, words)
  }
  return (
    !v128.any_true(i16x8.ge_s(most, i16x8.splat(<i16>(WILD >> 16)))) &&
    !v128.any_true(i16x8.ge_s(largest, i16x8.splat(0x7f80)))
  )
}
