// Philox4x32-10 for four counters at once, as ../../elementwise/philox.ts specifies it: the random numbers of 16 consecutive elements.

import { GROUP_BYTES } from './decode'

const MULTIPLIER_0: i32 = 0xd2511f53
const MULTIPLIER_1: i32 = 0xcd9e8d57
const WEYL_0: i32 = 0x9e3779b9
const WEYL_1: i32 = 0xbb67ae85

let n0: v128 = i32x4.splat(0)
let n1: v128 = i32x4.splat(0)
let n2: v128 = i32x4.splat(0)
let n3: v128 = i32x4.splat(0)

/** Number j of the four counters from `quad` on goes to n0, n1, n2, n3. */
// @ts-ignore: decorator
@inline
function draw(quad: i32, place: i32, k0: i32, k1: i32): void {
  const m0 = i32x4.splat(MULTIPLIER_0)
  const m1 = i32x4.splat(MULTIPLIER_1)
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
  n0 = c0
  n1 = c1
  n2 = c2
  n3 = c3
}

/**
 * Masks of elements whose random number is below `limit`: two vectors a group, of its even and its odd elements.
 * @param quad first element's index divided by 4
 * @param to room for an even number of groups
 */
export function randomMasks(quad: i32, place: i32, k0: i32, k1: i32, limit: i32, groups: i32, to: usize): void {
  const limits = i32x4.splat(limit)
  const end = to + <usize>groups * GROUP_BYTES
  for (; to < end; to += 2 * GROUP_BYTES, quad += 4) {
    draw(quad, place, k0, k1)
    const c0 = i32x4.lt_u(n0, limits)
    const c1 = i32x4.lt_u(n1, limits)
    const c2 = i32x4.lt_u(n2, limits)
    const c3 = i32x4.lt_u(n3, limits)
    v128.store(to, v128.shuffle<i32>(c0, c2, 0, 4, 1, 5))
    v128.store(to, v128.shuffle<i32>(c1, c3, 0, 4, 1, 5), 16)
    v128.store(to, v128.shuffle<i32>(c0, c2, 2, 6, 3, 7), 32)
    v128.store(to, v128.shuffle<i32>(c1, c3, 2, 6, 3, 7), 48)
  }
}

/** The numbers of elements, one after the other. There is room for an even number of groups. */
export function randomNumbers(quad: i32, place: i32, k0: i32, k1: i32, groups: i32, to: usize): void {
  for (let group = 0; group < groups; group += 2, quad += 4, to += 64) {
    draw(quad, place, k0, k1)
    const low01 = v128.shuffle<i32>(n0, n1, 0, 4, 1, 5)
    const high01 = v128.shuffle<i32>(n0, n1, 2, 6, 3, 7)
    const low23 = v128.shuffle<i32>(n2, n3, 0, 4, 1, 5)
    const high23 = v128.shuffle<i32>(n2, n3, 2, 6, 3, 7)
    v128.store(to, v128.shuffle<i32>(low01, low23, 0, 1, 4, 5))
    v128.store(to, v128.shuffle<i32>(low01, low23, 2, 3, 6, 7), 16)
    v128.store(to, v128.shuffle<i32>(high01, high23, 0, 1, 4, 5), 32)
    v128.store(to, v128.shuffle<i32>(high01, high23, 2, 3, 6, 7), 48)
  }
}

/** A bit an element: whether its random number is below its own limit. The mask has room for an even number of groups. */
export function randomBits(quad: i32, place: i32, k0: i32, k1: i32, limits: usize, groups: i32, to: usize): bool {
  for (let group = 0; group < groups; group += 2, quad += 4, limits += 64, to += 2) {
    draw(quad, place, k0, k1)
    // Transposed: the numbers of each counter together, as the elements lie.
    const low01 = v128.shuffle<i32>(n0, n1, 0, 4, 1, 5)
    const high01 = v128.shuffle<i32>(n0, n1, 2, 6, 3, 7)
    const low23 = v128.shuffle<i32>(n2, n3, 0, 4, 1, 5)
    const high23 = v128.shuffle<i32>(n2, n3, 2, 6, 3, 7)
    const a = i32x4.lt_u(v128.shuffle<i32>(low01, low23, 0, 1, 4, 5), v128.load(limits))
    const b = i32x4.lt_u(v128.shuffle<i32>(low01, low23, 2, 3, 6, 7), v128.load(limits, 16))
    const c = i32x4.lt_u(v128.shuffle<i32>(high01, high23, 0, 1, 4, 5), v128.load(limits, 32))
    const d = i32x4.lt_u(v128.shuffle<i32>(high01, high23, 2, 3, 6, 7), v128.load(limits, 48))
    store<u8>(to, i32x4.bitmask(a) | (i32x4.bitmask(b) << 4))
    store<u8>(to, i32x4.bitmask(c) | (i32x4.bitmask(d) << 4), 1)
  }
  return true
}
