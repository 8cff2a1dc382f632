// A mix of two differences of BF16 inputs, to BF16: from the stored elements to those of the result in registers. See ./mix-bf16.ts.

import { pairVariance } from './differences'
import { packed } from './pack-bf16'
import { inRange } from './ranges'
import { KEPT, NONE, SCALED } from './votes'
import { WILD } from './stage'

/**
 * @param rule as in ./map.ts
 * @param isVariance where it is true, `ranges` has one range, of the variance
 * @param ranges two ranges (./ranges.ts), which tell what stays where `masks` is 0
 * @param masks of the first difference's elements, those of the second `stride` bytes further
 * @param done groups of the run before the block
 * @returns whether no value is wild, and every result finite
 */
export function mixPair(
  table: usize,
  rule: usize,
  isVariance: bool,
  ranges: usize,
  masks: usize,
  stride: usize,
  done: i32,
  groups: i32,
  out: usize,
): bool {
  const vote = load<i32>(rule, 16)
  const isPicked = vote != NONE && load<i32>(rule, 20) > 1
  const factors = <usize>load<u32>(rule, 24)
  const scales = <usize>load<u32>(rule, 28)
  const base = <usize>load<u32>(table)
  const first = <usize>load<u32>(table, 12)
  const second = <usize>load<u32>(table, 24)
  const scaleA = v128.load32_splat(scales)
  const scaleB = v128.load32_splat(scales, 4)
  const shiftA = v128.load32_splat(ranges)
  const limitA = v128.load32_splat(ranges, 4)
  const shiftB = v128.load32_splat(ranges, 8)
  const limitB = v128.load32_splat(ranges, 12)
  const onlyA = isPicked ? v128.load32_splat(factors, 4) : v128.load32_splat(factors)
  const onlyB = isPicked ? v128.load32_splat(factors, 8) : onlyA
  const both = isPicked ? v128.load32_splat(factors, 12) : onlyA
  const upper = i32x4.splat(0xffff0000)
  const magnitude = i16x8.splat(0x7fff)
  let most = i16x8.splat(0)
  let largest = i16x8.splat(0)
  const start = <usize>done << 4
  const end = start + (<usize>groups << 4)
  for (let from = start; from < end; from += 16) {
    const x = v128.load(base + from)
    const a = v128.load(first + from)
    const b = v128.load(second + from)
    const larger = i16x8.max_s(v128.and(a, magnitude), v128.and(b, magnitude))
    most = i16x8.max_s(most, i16x8.max_s(v128.and(x, magnitude), larger))
    const xEven = i32x4.shl(x, 16)
    const xOdd = v128.and(x, upper)
    const aEven = f32x4.sub(i32x4.shl(a, 16), xEven)
    const aOdd = f32x4.sub(v128.and(a, upper), xOdd)
    const bEven = f32x4.sub(i32x4.shl(b, 16), xEven)
    const bOdd = f32x4.sub(v128.and(b, upper), xOdd)
    let maskA: v128
    let maskB: v128
    let maskAOdd: v128
    let maskBOdd: v128
    if (masks) {
      maskA = v128.load(masks)
      maskAOdd = v128.load(masks, 16)
      maskB = v128.load(masks + stride)
      maskBOdd = v128.load(masks + stride, 16)
      masks += 32
    } else if (isVariance) {
      maskA = inRange(pairVariance(aEven, bEven), shiftA, limitA)
      maskAOdd = inRange(pairVariance(aOdd, bOdd), shiftA, limitA)
      maskB = maskA
      maskBOdd = maskAOdd
    } else {
      maskA = inRange(aEven, shiftA, limitA)
      maskAOdd = inRange(aOdd, shiftA, limitA)
      maskB = inRange(bEven, shiftB, limitB)
      maskBOdd = inRange(bOdd, shiftB, limitB)
    }
    const even = mixed(xEven, aEven, bEven, maskA, maskB, scaleA, scaleB, vote, onlyA, onlyB, both)
    const odd = mixed(xOdd, aOdd, bOdd, maskAOdd, maskBOdd, scaleA, scaleB, vote, onlyA, onlyB, both)
    const words = packed(even, odd)
    largest = i16x8.max_s(largest, v128.and(words, magnitude))
    v128.store(out + from, words)
  }
  return (
    !v128.any_true(i16x8.ge_s(most, i16x8.splat(<i16>(WILD >> 16)))) &&
    !v128.any_true(i16x8.ge_s(largest, i16x8.splat(0x7f80)))
  )
}

/** The results of four elements, of which `a` and `b` are the differences. */
// @ts-ignore: decorator
@inline
function mixed(
  base: v128,
  a: v128,
  b: v128,
  maskA: v128,
  maskB: v128,
  scaleA: v128,
  scaleB: v128,
  vote: i32,
  onlyA: v128,
  onlyB: v128,
  both: v128,
): v128 {
  const keptA = v128.and(a, maskA)
  const keptB = v128.and(b, maskB)
  let scaledA = f32x4.mul(scaleA, keptA)
  let scaledB = f32x4.mul(scaleB, keptB)
  let factor = both
  if (vote != NONE) {
    let partA = maskA
    let partB = maskB
    if (vote != KEPT) {
      const ballotA = vote == SCALED ? scaledA : keptA
      const ballotB = vote == SCALED ? scaledB : keptB
      const zero = f32x4.splat(0)
      // Where the votes are against, the signs are turned round.
      const turned = v128.andnot(i32x4.splat(0x80000000), f32x4.ge(f32x4.add(ballotA, ballotB), zero))
      partA = f32x4.gt(v128.xor(ballotA, turned), zero)
      partB = f32x4.gt(v128.xor(ballotB, turned), zero)
      scaledA = v128.and(scaledA, partA)
      scaledB = v128.and(scaledB, partB)
    }
    factor = v128.bitselect(v128.bitselect(both, onlyA, partB), onlyB, partA)
  }
  return f32x4.add(base, f32x4.mul(f32x4.add(scaledA, scaledB), factor))
}
