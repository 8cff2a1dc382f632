// Votes, and the factors of those that take part.

export const NONE = 0
export const KEPT = 1
export const SCALED = 2

/** Up to so many factors are picked by comparing, more are looked up one by one. */
const PICKED = 8

/** The factors of four elements. `set` has a bit for each difference that takes part; there are `count` factors, or one for all. */
// @ts-ignore: decorator
@inline
export function pickFactor(factors: usize, count: i32, set: v128): v128 {
  let factor = v128.load32_splat(factors)
  if (count > PICKED) {
    factor = f32x4.replace_lane(factor, 0, load<f32>(factors + (<usize>(<u32>i32x4.extract_lane(set, 0)) << 2)))
    factor = f32x4.replace_lane(factor, 1, load<f32>(factors + (<usize>(<u32>i32x4.extract_lane(set, 1)) << 2)))
    factor = f32x4.replace_lane(factor, 2, load<f32>(factors + (<usize>(<u32>i32x4.extract_lane(set, 2)) << 2)))
    factor = f32x4.replace_lane(factor, 3, load<f32>(factors + (<usize>(<u32>i32x4.extract_lane(set, 3)) << 2)))
  } else {
    for (let i = 1; i < count; i++)
      factor = v128.bitselect(v128.load32_splat(factors + (<usize>i << 2)), factor, i32x4.eq(set, i32x4.splat(i)))
  }
  return factor
}
