// Inputs, differences and keys of a block of up to 128 groups (../../elementwise/keys.ts).

import { decode, F32, GROUP_BYTES } from './decode'
import { OPERAND_BYTES, WILD } from './stage'

/** What keys are of. */
export const DIFFERENCES = 0
export const VARIANCE = 1
export const IMPORTANCE = 2

/**
 * Decodes all inputs of a block, one after the other.
 * table: for each input three words: address of its elements, dtype, rounding
 * done:  groups before the block
 * @returns whether no value is wild
 */
export function readInputs(table: usize, inputs: i32, done: i32, groups: i32, to: usize): bool {
  let most = i32x4.splat(0)
  const magnitude = i32x4.splat(0x7fffffff)
  for (let i = 0; i < inputs; i++, table += 12, to += OPERAND_BYTES) {
    const dtype = load<i32>(table, 4)
    const from = <usize>load<u32>(table) + <usize>done * (dtype == F32 ? 32 : 16)
    decode(from, dtype, load<i32>(table, 8), groups, to)
    const end = to + <usize>groups * GROUP_BYTES
    for (let at = to; at < end; at += 16) most = i32x4.max_s(most, v128.and(v128.load(at), magnitude))
  }
  return !v128.any_true(i32x4.ge_s(most, i32x4.splat(WILD)))
}

/** True of BF16 inputs of which no value is wild, over `bytes` bytes of each from byte `from` on. */
export function areTame(table: usize, inputs: i32, from: usize, bytes: usize): bool {
  const magnitude = i16x8.splat(0x7fff)
  let most = i16x8.splat(0)
  for (let i = 0; i < inputs; i++, table += 12) {
    const at = <usize>load<u32>(table) + from
    const end = at + bytes
    for (let address = at; address < end; address += 16)
      most = i16x8.max_s(most, v128.and(v128.load(address), magnitude))
  }
  return !v128.any_true(i16x8.ge_s(most, i16x8.splat(<i16>(WILD >> 16))))
}

/** Turns inputs 1, 2, .. into their differences from input 0. */
export function subtractBase(scratch: usize, inputs: i32, groups: i32): void {
  const bytes = <usize>groups * GROUP_BYTES
  for (let i = 1; i < inputs; i++) {
    const values = scratch + <usize>i * OPERAND_BYTES
    for (let at: usize = 0; at < bytes; at += 16)
      v128.store(values + at, f32x4.sub(v128.load(values + at), v128.load(scratch + at)))
  }
}

/** The variance of the differences, see keysOf. `share` is 1 over their number. */
export function variances(scratch: usize, inputs: i32, share: f32, groups: i32, to: usize): void {
  const shares = f32x4.splat(share)
  const bytes = <usize>groups * GROUP_BYTES
  const first = scratch + OPERAND_BYTES
  for (let at: usize = 0; at < bytes; at += 16) {
    const shift = v128.load(first + at)
    let sum = f32x4.splat(0)
    for (let i = 1; i < inputs; i++)
      sum = f32x4.add(sum, f32x4.sub(v128.load(scratch + <usize>i * OPERAND_BYTES + at), shift))
    const mean = f32x4.mul(shares, sum)
    let squares = f32x4.splat(0)
    for (let i = 1; i < inputs; i++) {
      const u = f32x4.sub(f32x4.sub(v128.load(scratch + <usize>i * OPERAND_BYTES + at), shift), mean)
      squares = f32x4.add(squares, f32x4.mul(u, u))
    }
    v128.store(to + at, f32x4.mul(shares, squares))
  }
}

/** True where keys are the variance of two differences. */
export function isPairVariance(key: i32, inputs: i32): bool {
  return key == VARIANCE && inputs == 3
}

/** As `variances` computes it of two differences, of which the first less itself is 0. */
// @ts-ignore: decorator
@inline
export function pairVariance(a: v128, b: v128): v128 {
  const half = f32x4.splat(0.5)
  const apart = f32x4.sub(b, a)
  const mean = f32x4.mul(half, apart)
  const rest = f32x4.sub(apart, mean)
  return f32x4.mul(half, f32x4.add(f32x4.mul(mean, mean), f32x4.mul(rest, rest)))
}

/**
 * The magnitudes of the first difference times the factors of their rows.
 * factors: of the tile's rows; rowGroups: groups of a row; group: the block's first group in the tile
 */
export function importances(scratch: usize, factors: usize, rowGroups: i32, group: i32, groups: i32, to: usize): void {
  const difference = scratch + OPERAND_BYTES
  const bytes = <usize>groups * GROUP_BYTES
  let row = group / rowGroups
  let left = rowGroups - (group % rowGroups)
  let factor = v128.load32_splat(factors + (<usize>row << 2))
  for (let at: usize = 0; at < bytes; at += GROUP_BYTES) {
    if (left == 0) {
      left = rowGroups
      factor = v128.load32_splat(factors + (<usize>++row << 2))
    }
    left--
    v128.store(to + at, f32x4.mul(f32x4.abs(v128.load(difference + at)), factor))
    v128.store(to + at, f32x4.mul(f32x4.abs(v128.load(difference + at, 16)), factor), 16)
  }
}

/** One key for each difference, or one for all, at the address that is returned: of key k, OPERAND_BYTES times k further. */
export function computeKeys(
  key: i32,
  scratch: usize,
  inputs: i32,
  factors: usize,
  rowGroups: i32,
  group: i32,
  groups: i32,
  to: usize,
): usize {
  if (key == DIFFERENCES) return scratch + OPERAND_BYTES
  if (key == VARIANCE) variances(scratch, inputs, <f32>1 / <f32>(inputs - 1), groups, to)
  else importances(scratch, factors, rowGroups, group, groups, to)
  return to
}

