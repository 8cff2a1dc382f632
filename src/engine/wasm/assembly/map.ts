import { computeKeys, DIFFERENCES, readInputs, subtractBase } from './differences'
import { areBF16, BF16, F32, GROUP_BYTES } from './decode'
import { encode } from './encode'
import { KEEP_BYTES, keepMasks } from './keep'
import { FINE, mixBF16, OTHER } from './mix-bf16'
import { BLOCK_GROUPS, OPERAND_BYTES } from './stage'
import { KEPT, NONE, pickFactor, SCALED } from './votes'

/** Rules. */
const MIX = 0
const NEAR = 1
const FUSE = 2
const ROWS = 3

/**
 * An element-wise rule over a run, as ../../elementwise/reference-map.ts specifies it.
 *
 * table:   for each input three words: address of its elements, dtype, rounding
 * rule:    kind; what keys are of; address of the rows' factors; groups of a row; vote; number of factors; address of the factors;
 *          address of the scales; address of the keeps; t; threshold; address of the coefficients; 1 where they go along columns
 * group:   the run's first group in the tile
 * dtype:   of the result
 * scratch: 4.5 KiB an input and 20 KiB more
 * flags:   a byte a block of 128 groups: 1 where some value is too large, so that the output there is void
 * @returns number of such blocks
 */
export function mapRun(
  table: usize,
  inputs: i32,
  groups: i32,
  rule: usize,
  group: i32,
  dtype: i32,
  out: usize,
  scratch: usize,
  flags: usize,
): i32 {
  const kind = load<i32>(rule)
  let wild = 0
  const isShort = kind == MIX && dtype == BF16 && areBF16(table, inputs)
  for (let done = 0; done < groups; done += BLOCK_GROUPS) {
    const count = min(BLOCK_GROUPS, groups - done)
    const found = isShort ? mixBF16(table, inputs, rule, group + done, done, count, scratch, out) : OTHER
    let fine = found == FINE
    if (found == OTHER && readInputs(table, inputs, done, count, scratch)) {
      const spare = scratch + <usize>inputs * OPERAND_BYTES
      if (kind == MIX) mix(rule, inputs, group + done, count, scratch, spare)
      else if (kind == NEAR) near(load<f32>(rule, 36), count, scratch, spare)
      else if (kind == FUSE) fuse(rule, inputs, group + done, count, scratch, spare)
      else if (kind == ROWS) rows(rule, inputs, group + done, count, scratch, spare)
      fine = encode(spare, dtype, count, out + <usize>done * (dtype == F32 ? 32 : 16))
    }
    store<u8>(flags++, fine ? 0 : 1)
    if (!fine) wild++
  }
  return wild
}

function mix(rule: usize, inputs: i32, group: i32, groups: i32, scratch: usize, to: usize): void {
  const bytes = <usize>groups * GROUP_BYTES
  const differences = inputs - 1
  const vote = load<i32>(rule, 16)
  const scales = <usize>load<u32>(rule, 28)
  const keeps = <usize>load<u32>(rule, 32)
  const key = load<i32>(rule, 4)
  const masks = to + OPERAND_BYTES
  const votes = masks + OPERAND_BYTES
  const sets = votes + OPERAND_BYTES
  const spare = sets + OPERAND_BYTES
  subtractBase(scratch, inputs, groups)
  const keys = computeKeys(key, scratch, inputs, load<u32>(rule, 8), load<i32>(rule, 12), group, groups, spare)
  memory.fill(to, 0, bytes)
  memory.fill(votes, 0, 2 * OPERAND_BYTES)
  for (let k = 0; k < differences; k++) {
    const values = scratch + <usize>(k + 1) * OPERAND_BYTES
    const own = key == DIFFERENCES ? values : keys
    const scale = v128.load32_splat(scales + (<usize>k << 2))
    keepMasks(keeps + <usize>k * KEEP_BYTES, own, group << 3, groups, masks)
    if (vote == NONE) {
      for (let at: usize = 0; at < bytes; at += 16) {
        const scaled = f32x4.mul(scale, v128.and(v128.load(values + at), v128.load(masks + at)))
        v128.store(to + at, f32x4.add(v128.load(to + at), scaled))
      }
    } else if (vote == KEPT) {
      const bit = i32x4.splat(1 << k)
      for (let at: usize = 0; at < bytes; at += 16) {
        const mask = v128.load(masks + at)
        const scaled = f32x4.mul(scale, v128.and(v128.load(values + at), mask))
        v128.store(to + at, f32x4.add(v128.load(to + at), scaled))
        v128.store(sets + at, v128.or(v128.load(sets + at), v128.and(mask, bit)))
      }
    } else {
      for (let at: usize = 0; at < bytes; at += 16) {
        const kept = v128.and(v128.load(values + at), v128.load(masks + at))
        v128.store(values + at, kept)
        const ballot = vote == SCALED ? f32x4.mul(scale, kept) : kept
        v128.store(votes + at, f32x4.add(v128.load(votes + at), ballot))
      }
    }
  }
  if (vote > KEPT) elect(vote, scales, differences, scratch + OPERAND_BYTES, bytes, votes, to, sets)
  multiply(scratch, load<u32>(rule, 24), vote == NONE ? 1 : load<i32>(rule, 20), sets, bytes, to)
}

/** Adds up the differences whose sign is that of the votes, and notes which these are. */
function elect(
  vote: i32,
  scales: usize,
  differences: i32,
  values: usize,
  bytes: usize,
  votes: usize,
  to: usize,
  sets: usize,
): void {
  const zero = f32x4.splat(0)
  for (let k = 0; k < differences; k++, values += OPERAND_BYTES) {
    const scale = v128.load32_splat(scales + (<usize>k << 2))
    const bit = i32x4.splat(1 << k)
    for (let at: usize = 0; at < bytes; at += 16) {
      const kept = v128.load(values + at)
      const scaled = f32x4.mul(scale, kept)
      const ballot = vote == SCALED ? scaled : kept
      const positive = f32x4.ge(v128.load(votes + at), zero)
      const part = v128.bitselect(f32x4.gt(ballot, zero), f32x4.lt(ballot, zero), positive)
      v128.store(to + at, f32x4.add(v128.load(to + at), v128.and(scaled, part)))
      v128.store(sets + at, v128.or(v128.load(sets + at), v128.and(part, bit)))
    }
  }
}

/** base + sum * factor, in place of the sums. */
function multiply(base: usize, factors: usize, count: i32, sets: usize, bytes: usize, to: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const factor = pickFactor(factors, count, v128.load(sets + at))
    v128.store(to + at, f32x4.add(v128.load(base + at), f32x4.mul(v128.load(to + at), factor)))
  }
}

function near(t: f32, groups: i32, scratch: usize, to: usize): void {
  const bytes = <usize>groups * GROUP_BYTES
  const limit = f32x4.splat(t)
  const zero = f32x4.splat(0)
  for (let at: usize = 0; at < bytes; at += 16) {
    const base = v128.load(scratch + at)
    const other = v128.load(scratch + OPERAND_BYTES + at)
    const difference = f32x4.sub(other, base)
    const step = v128.bitselect(limit, f32x4.neg(limit), f32x4.gt(difference, zero))
    const far = f32x4.gt(f32x4.abs(difference), limit)
    v128.store(to + at, v128.bitselect(f32x4.add(base, step), other, far))
  }
}

function fuse(rule: usize, inputs: i32, group: i32, groups: i32, scratch: usize, to: usize): void {
  const bytes = <usize>groups * GROUP_BYTES
  const others = to + OPERAND_BYTES
  memory.copy(others, scratch + OPERAND_BYTES, bytes)
  subtractBase(scratch, inputs, groups)
  const spare = others + OPERAND_BYTES
  const keys = computeKeys(load<i32>(rule, 4), scratch, inputs, load<u32>(rule, 8), load<i32>(rule, 12), group, groups, spare)
  const threshold = v128.load32_splat(rule, 40)
  for (let at: usize = 0; at < bytes; at += 16) {
    const bits = v128.and(v128.load(keys + at), i32x4.splat(0x7fffffff))
    v128.store(
      to + at,
      v128.bitselect(v128.load(others + at), v128.load(scratch + at), i32x4.ge_s(bits, threshold)),
    )
  }
}

/** Coefficients along rows: for each row one for each input. Along columns: for each input those of a row, as groups. */
function rows(rule: usize, inputs: i32, group: i32, groups: i32, scratch: usize, to: usize): void {
  const bytes = <usize>groups * GROUP_BYTES
  const rowGroups = load<i32>(rule, 12)
  const coefficients = <usize>load<u32>(rule, 44)
  const columns = load<i32>(rule, 48) != 0
  memory.fill(to, 0, bytes)
  for (let i = 0; i < inputs; i++, scratch += OPERAND_BYTES) {
    let row = group / rowGroups
    let place = group % rowGroups
    for (let at: usize = 0; at < bytes; at += GROUP_BYTES) {
      let even: v128
      let odd: v128
      if (columns) {
        const from = coefficients + <usize>(i * rowGroups + place) * GROUP_BYTES
        even = v128.load(from)
        odd = v128.load(from, 16)
      } else {
        even = v128.load32_splat(coefficients + (<usize>(row * inputs + i) << 2))
        odd = even
      }
      v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(even, v128.load(scratch + at))))
      v128.store(to + at, f32x4.add(v128.load(to + at, 16), f32x4.mul(odd, v128.load(scratch + at, 16))), 16)
      if (++place == rowGroups) {
        place = 0
        row++
      }
    }
  }
}
