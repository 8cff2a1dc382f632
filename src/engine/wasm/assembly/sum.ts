import { areTame, computeKeys, DIFFERENCES, readInputs, subtractBase } from './differences'
import { areBF16, GROUP_BYTES } from './decode'
import { KEEP_BYTES, keepMasks } from './keep'
import { BLOCK_GROUPS, OPERAND_BYTES } from './stage'
import { COLUMN_BYTES, sumBF16, TINY } from './sum-bf16'

/**
 * Partial sums over each difference of one block of GRAM_BLOCK elements, as ../../elementwise/reference-sum.ts specifies them.
 *
 * table:   for each input three words: address of its elements, dtype, rounding
 * key:     what keys are of; factors, rowGroups: for importance; group: the block's first group in the tile
 * keeps:   a row for each difference (keep.ts)
 * squares: whether squares are summed, not magnitudes
 * scratch: 4 KiB an input and 12 KiB more
 * sums:    2 KiB a difference
 * out:     64 F32 for each difference of all elements, then 64 of those that stay
 * @returns whether no value is wild; otherwise the sums are void
 */
export function sumBlock(
  table: usize,
  inputs: i32,
  groups: i32,
  key: i32,
  factors: usize,
  rowGroups: i32,
  group: i32,
  keeps: usize,
  squares: i32,
  scratch: usize,
  sums: usize,
  out: usize,
): bool {
  const differences = inputs - 1
  memory.fill(sums, 0, <usize>(2 * differences) * COLUMN_BYTES)
  const spare = scratch + <usize>inputs * OPERAND_BYTES
  const masks = spare + OPERAND_BYTES
  const isShort = areBF16(table, inputs)
  if (isShort && !areTame(table, inputs, 0, <usize>groups << 4)) return false
  for (let done = 0; done < groups; done += BLOCK_GROUPS) {
    const count = min(BLOCK_GROUPS, groups - done)
    if (isShort && sumBF16(table, inputs, key, group + done, done, count, keeps, squares, scratch, sums)) continue
    if (!readInputs(table, inputs, done, count, scratch)) return false
    subtractBase(scratch, inputs, count)
    const keys = computeKeys(key, scratch, inputs, factors, rowGroups, group + done, count, spare)
    for (let k = 0; k < differences; k++) {
      const own = key == DIFFERENCES ? keys + <usize>k * OPERAND_BYTES : keys
      keepMasks(keeps + <usize>k * KEEP_BYTES, own, (group + done) << 3, count, masks)
      const values = scratch + <usize>(k + 1) * OPERAND_BYTES
      const to = sums + <usize>(2 * k) * COLUMN_BYTES
      // A block has two rounds of 64 strands.
      const first = min(count, 64)
      addRound(values, masks, first, squares, to)
      if (count > 64) addRound(values + 64 * GROUP_BYTES, masks + 64 * GROUP_BYTES, count - 64, squares, to)
    }
  }
  for (let s: i32 = 0; s < 2 * differences * 64; s++) {
    const lanes = v128.load(sums + <usize>s * 16)
    const sum =
      f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3))
    store<f32>(out + <usize>s * 4, sum)
  }
  return true
}

function addRound(values: usize, masks: usize, groups: i32, squares: i32, sums: usize): void {
  const tiny = f32x4.splat(TINY)
  const end = values + <usize>groups * GROUP_BYTES
  for (; values < end; values += GROUP_BYTES, masks += GROUP_BYTES, sums += 16) {
    let even = f32x4.abs(v128.load(values))
    let odd = f32x4.abs(v128.load(values, 16))
    even = v128.and(even, f32x4.ge(even, tiny))
    odd = v128.and(odd, f32x4.ge(odd, tiny))
    if (squares) {
      even = f32x4.mul(even, even)
      odd = f32x4.mul(odd, odd)
    }
    v128.store(sums, f32x4.add(f32x4.add(v128.load(sums), even), odd))
    const keptEven = v128.and(even, v128.load(masks))
    const keptOdd = v128.and(odd, v128.load(masks, 16))
    v128.store(sums, f32x4.add(f32x4.add(v128.load(sums, 1024), keptEven), keptOdd), 1024)
  }
}
