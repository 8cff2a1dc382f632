// Philox4x32-10 for four counters at once, as ../../elementwise/philox.ts specifies it: the random numbers of 16 consecutive elements.

import { GROUP_BYTES } from './decode'

const MULTIPLIER_0: i32 = 0xd2511f53
const MULTIPLIER_1: i32 = 0xcd9e8d57
const WEYL_0: i32 = 0x9e3779b9
const WEYL_1: i32 = 0xbb67ae85

/**
 * Masks of elements whose random number is below `limit`: two vectors a group, of its even and its odd elements.
 * @param quad first element's index divided by 4
 * @param to room for an even number of groups
 */
export function randomMasks(quad: i32, place: i32, k0: i32, k1: i32, limit: i32, groups: i32, to: usize): void {
  const m0 = i32x4.splat(MULTIPLIER_0)
  const m1 = i32x4.splat(MULTIPLIER_1)
  const limits = i32x4.splat(limit)
  const end = to + <usize>groups * GROUP_BYTES
  for (; to < end; to += 2 * GROUP_BYTES, quad += 4) {
    let c0 = i32x4.add(i32x4.splat(quad), i32x4(0, 1, 2, 3))
    let c1 = i32x4.splat(0)
    let c2 = i32x4.splat(place)
    let c3 = i32x4.splat(0)
    let a = k0
    let b = k1
    for (let round = 0; round < 10; round++) {
      const low0 = i64x2.extmul_low_i32x4_u(c0, m0)
      const high0 = i64x2.extmul_high_i32x4_u(c0, m0)
      const low1 = i64x2.extmul_low_i32x4_u(c2, m1)
      const high1 = i64x2.extmul_high_i32x4_u(c2, m1)
      c0 = v128.xor(v128.xor(v128.shuffle<i32>(low1, high1, 1, 3, 5, 7), c1), i32x4.splat(a))
      c1 = v128.shuffle<i32>(low1, high1, 0, 2, 4, 6)
      c2 = v128.xor(v128.xor(v128.shuffle<i32>(low0, high0, 1, 3, 5, 7), c3), i32x4.splat(b))
      c3 = v128.shuffle<i32>(low0, high0, 0, 2, 4, 6)
      a += WEYL_0
      b += WEYL_1
    }
    c0 = i32x4.lt_u(c0, limits)
    c1 = i32x4.lt_u(c1, limits)
    c2 = i32x4.lt_u(c2, limits)
    c3 = i32x4.lt_u(c3, limits)
    v128.store(to, v128.shuffle<i32>(c0, c2, 0, 4, 1, 5))
    v128.store(to, v128.shuffle<i32>(c1, c3, 0, 4, 1, 5), 16)
    v128.store(to, v128.shuffle<i32>(c0, c2, 2, 6, 3, 7), 32)
    v128.store(to, v128.shuffle<i32>(c1, c3, 2, 6, 3, 7), 48)
  }
}
