// The common case of a mix, of BF16 inputs as they are stored and to BF16: from the stored elements to those of the result in registers. What
// is computed, and in which order, is as in ./map.ts, and so are the bits.

import { GROUP_BYTES } from './decode'
import { KEEP_BYTES, keepMasks, rangeMask } from './keep'
import { KEPT, NONE, pickFactor, SCALED } from './votes'
import { BLOCK_GROUPS, WILD } from './stage'

const RANGE = 1

/**
 * A mix over a block, whose keys are of the differences.
 *
 * table:   for each input three words: address of its elements, dtype, rounding
 * rule:    as in ./map.ts
 * group:   the block's first group in the tile; done: the same in the run
 * scratch: 36 bytes a group and difference
 * @returns whether no value is wild, and every result finite
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
): bool {
  const differences = inputs - 1
  const vote = load<i32>(rule, 16)
  const count = vote == NONE ? 1 : load<i32>(rule, 20)
  const factors = <usize>load<u32>(rule, 24)
  const scales = <usize>load<u32>(rule, 28)
  const keeps = <usize>load<u32>(rule, 32)
  const masks = scratch + <usize>differences * GROUP_BYTES
  for (let k = 0; k < differences; k++) {
    const row = keeps + <usize>k * KEEP_BYTES
    const kind = load<i32>(row)
    if (kind > RANGE) keepMasks(row, 0, group << 3, groups, masks + <usize>(k * BLOCK_GROUPS) * GROUP_BYTES)
  }
  const upper = i32x4.splat(0xffff0000)
  const magnitude = i32x4.splat(0x7fffffff)
  const zero = f32x4.splat(0)
  let most = i16x8.splat(0)
  let largest = i32x4.splat(0)
  for (let g = 0; g < groups; g++) {
    const from = <usize>(done + g) << 4
    const base = v128.load(<usize>load<u32>(table) + from)
    most = i16x8.max_s(most, v128.and(base, i16x8.splat(0x7fff)))
    const baseEven = i32x4.shl(base, 16)
    const baseOdd = v128.and(base, upper)
    let sumEven = zero
    let sumOdd = zero
    let setEven = zero
    let setOdd = zero
    let votesEven = zero
    let votesOdd = zero
    for (let k = 0; k < differences; k++) {
      const other = v128.load(<usize>load<u32>(table + <usize>(k + 1) * 12) + from)
      most = i16x8.max_s(most, v128.and(other, i16x8.splat(0x7fff)))
      let even = f32x4.sub(i32x4.shl(other, 16), baseEven)
      let odd = f32x4.sub(v128.and(other, upper), baseOdd)
      const row = keeps + <usize>k * KEEP_BYTES
      const kind = load<i32>(row)
      let maskEven = i32x4.splat(-1)
      let maskOdd = maskEven
      if (kind == RANGE) {
        const at = (group + g) << 3
        maskEven = rangeMask(row, even, at)
        maskOdd = rangeMask(row, odd, at + 1)
      } else if (kind > RANGE) {
        const mask = masks + <usize>(k * BLOCK_GROUPS + g) * GROUP_BYTES
        maskEven = v128.load(mask)
        maskOdd = v128.load(mask, 16)
      }
      even = v128.and(even, maskEven)
      odd = v128.and(odd, maskOdd)
      const scale = v128.load32_splat(scales + (<usize>k << 2))
      if (vote > KEPT) {
        v128.store(scratch + <usize>k * GROUP_BYTES, even)
        v128.store(scratch + <usize>k * GROUP_BYTES, odd, 16)
        votesEven = f32x4.add(votesEven, vote == SCALED ? f32x4.mul(scale, even) : even)
        votesOdd = f32x4.add(votesOdd, vote == SCALED ? f32x4.mul(scale, odd) : odd)
      } else {
        sumEven = f32x4.add(sumEven, f32x4.mul(scale, even))
        sumOdd = f32x4.add(sumOdd, f32x4.mul(scale, odd))
        const bit = i32x4.splat(1 << k)
        setEven = v128.or(setEven, v128.and(maskEven, bit))
        setOdd = v128.or(setOdd, v128.and(maskOdd, bit))
      }
    }
    if (vote > KEPT) {
      const positiveEven = f32x4.ge(votesEven, zero)
      const positiveOdd = f32x4.ge(votesOdd, zero)
      for (let k = 0; k < differences; k++) {
        const scale = v128.load32_splat(scales + (<usize>k << 2))
        const bit = i32x4.splat(1 << k)
        const even = v128.load(scratch + <usize>k * GROUP_BYTES)
        const odd = v128.load(scratch + <usize>k * GROUP_BYTES, 16)
        const scaledEven = f32x4.mul(scale, even)
        const scaledOdd = f32x4.mul(scale, odd)
        const partEven = elected(vote == SCALED ? scaledEven : even, positiveEven)
        const partOdd = elected(vote == SCALED ? scaledOdd : odd, positiveOdd)
        sumEven = f32x4.add(sumEven, v128.and(scaledEven, partEven))
        sumOdd = f32x4.add(sumOdd, v128.and(scaledOdd, partOdd))
        setEven = v128.or(setEven, v128.and(partEven, bit))
        setOdd = v128.or(setOdd, v128.and(partOdd, bit))
      }
    }
    const even = f32x4.add(baseEven, f32x4.mul(sumEven, pickFactor(factors, count, setEven)))
    const odd = f32x4.add(baseOdd, f32x4.mul(sumOdd, pickFactor(factors, count, setOdd)))
    largest = i32x4.max_s(largest, i32x4.max_s(v128.and(even, magnitude), v128.and(odd, magnitude)))
    v128.store(out + from, v128.or(i32x4.shr_u(rounded(even), 16), rounded(odd)))
  }
  return (
    !v128.any_true(i16x8.ge_s(most, i16x8.splat(<i16>(WILD >> 16)))) &&
    !v128.any_true(i32x4.ge_s(largest, i32x4.splat(0x7f800000)))
  )
}

// @ts-ignore: decorator
@inline
function elected(ballot: v128, positive: v128): v128 {
  const zero = f32x4.splat(0)
  return v128.bitselect(f32x4.gt(ballot, zero), f32x4.lt(ballot, zero), positive)
}

/** To the nearest BF16, ties to even; zeros are +0. Void for what is not finite. */
// @ts-ignore: decorator
@inline
function rounded(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1))
  const y = v128.and(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd), i32x4.splat(0xffff0000))
  return v128.and(y, f32x4.ne(y, f32x4.splat(0)))
}
