import { BF16, decode, decodeF16, F16, F32, GROUP_BYTES } from './decode'
import { gramThree, gramTwo } from './gram-bf16'

const STRANDS: i32 = 64
/** Bits of 2^-55, and of the same as BF16. */
const TINY: i32 = 72 << 23
const TINY16: i16 = 72 << 7
const INFINITY: u32 = 0x7f800000
const ROW_BYTES: usize = 64 * GROUP_BYTES
/** Bytes of the four-lane sums of one column. */
const COLUMN_BYTES: usize = 64 * 16

/**
 * Partial sums of one block, as ../../reference.ts specifies them.
 *
 * table:   for each input three words: address of its elements, dtype, rounding
 * origin:  index of the input to take differences from, or -1
 * groups:  groups of 8 elements that there are; the rest of the block is zeros. The last group is filled up with zeros.
 * scratch: 2 KiB an input; sums: 1 KiB a column; out: 64 F32 a column
 * @returns the largest magnitude of all inputs, as the bits of an F32
 */
export function gramBlock(
  table: usize,
  inputs: i32,
  origin: i32,
  groups: i32,
  scratch: usize,
  sums: usize,
  out: usize,
): u32 {
  const pairs = (inputs * (inputs + 1)) / 2
  const columns = pairs + inputs
  memory.fill(sums, 0, <usize>columns * COLUMN_BYTES)
  const largest =
    origin < 0 && (inputs == 2 || inputs == 3) && isPlainBF16(table, inputs)
      ? plainBlock(table, inputs, groups, sums)
      : generalBlock(table, inputs, origin, groups, scratch, sums)
  for (let s: i32 = 0; s < columns * STRANDS; s++) {
    const lanes = v128.load(sums + <usize>s * 16)
    const sum =
      f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3))
    store<f32>(out + <usize>s * 4, sum)
  }
  return largest
}

/** True where all inputs are BF16 as they are stored. */
function isPlainBF16(table: usize, inputs: i32): bool {
  for (let i = 0; i < inputs; i++) {
    const row = table + <usize>i * 12
    const round = load<i32>(row, 8)
    if (load<i32>(row, 4) != BF16 || (round != BF16 && round != F32)) return false
  }
  return true
}

function plainBlock(table: usize, inputs: i32, groups: i32, sums: usize): u32 {
  const a = <usize>load<u32>(table)
  const b = <usize>load<u32>(table, 12)
  const most = inputs == 2 ? gramTwo(a, b, groups, sums) : gramThree(a, b, <usize>load<u32>(table, 24), groups, sums)
  return max(largestOf(i32x4.shl(most, 16)), largestOf(v128.and(most, i32x4.splat(0xffff0000))))
}

/** Any inputs: decoded first, a round of all strands at a time. */
function generalBlock(table: usize, inputs: i32, origin: i32, groups: i32, scratch: usize, sums: usize): u32 {
  const pairs = (inputs * (inputs + 1)) / 2
  let largest: u32 = 0
  for (let done = 0; done < groups; done += STRANDS) {
    const count = min(STRANDS, groups - done)
    for (let i = 0; i < inputs; i++) {
      const row = table + <usize>i * 12
      const from = <usize>load<u32>(row)
      const dtype = load<i32>(row, 4)
      const round = load<i32>(row, 8)
      const to = scratch + <usize>i * ROW_BYTES
      const at = from + <usize>done * (dtype == F32 ? 32 : 16)
      let most: u32
      if (dtype == BF16 && (round == BF16 || round == F32)) {
        most = decodeTame(at, count, to)
      } else if (dtype == F16 && (round == F16 || round == F32)) {
        // F16 has no values near the ends of the range.
        most = decodeF16(at, count, to, 112) ? 0 : INFINITY
      } else {
        decode(at, dtype, round, count, to)
        most = tame(to, count)
      }
      largest = max(largest, most)
    }
    if (origin >= 0) {
      for (let i = 0; i < inputs; i++)
        if (i != origin) subtract(scratch + <usize>i * ROW_BYTES, scratch + <usize>origin * ROW_BYTES, count)
    }
    let column = sums
    for (let i = 0; i < inputs; i++) {
      const a = scratch + <usize>i * ROW_BYTES
      squares(a, count, column, sums + <usize>(pairs + i) * COLUMN_BYTES)
      column += COLUMN_BYTES
      for (let j = i + 1; j < inputs; j++) {
        products(a, scratch + <usize>j * ROW_BYTES, count, column)
        column += COLUMN_BYTES
      }
    }
  }
  return largest
}

// @ts-ignore: decorator
@inline
function largestOf(lanes: v128): u32 {
  return max(
    max(<u32>i32x4.extract_lane(lanes, 0), <u32>i32x4.extract_lane(lanes, 1)),
    max(<u32>i32x4.extract_lane(lanes, 2), <u32>i32x4.extract_lane(lanes, 3)),
  )
}

/** BF16 without rounding, the common case: decoding, small elements to zero and the largest magnitude in one pass, on 16-bit lanes. */
function decodeTame(from: usize, groups: i32, to: usize): u32 {
  let most = i16x8.splat(0)
  const end = from + <usize>groups * 16
  for (; from < end; from += 16, to += GROUP_BYTES) {
    const words = v128.load(from)
    const magnitudes = v128.and(words, i16x8.splat(0x7fff))
    most = i16x8.max_s(most, magnitudes)
    const kept = v128.and(words, i16x8.ge_s(magnitudes, i16x8.splat(TINY16)))
    v128.store(to, i32x4.shl(kept, 16))
    v128.store(to, v128.and(kept, i32x4.splat(0xffff0000)), 16)
  }
  return max(largestOf(i32x4.shl(most, 16)), largestOf(v128.and(most, i32x4.splat(0xffff0000))))
}

/** Sets small elements to zero, in place; @returns the bits of the largest magnitude. */
function tame(at: usize, groups: i32): u32 {
  let most = i32x4.splat(0)
  const end = at + <usize>groups * GROUP_BYTES
  for (; at < end; at += 16) {
    const x = v128.load(at)
    const magnitudes = v128.and(x, i32x4.splat(0x7fffffff))
    most = i32x4.max_s(most, magnitudes)
    v128.store(at, v128.and(x, i32x4.ge_s(magnitudes, i32x4.splat(TINY))))
  }
  return largestOf(most)
}

function subtract(at: usize, origin: usize, groups: i32): void {
  const end = at + <usize>groups * GROUP_BYTES
  for (; at < end; at += 16, origin += 16) v128.store(at, f32x4.sub(v128.load(at), v128.load(origin)))
}

/** One round of a vector with itself, and of its sum. */
function squares(a: usize, groups: i32, sums: usize, plain: usize): void {
  const end = a + <usize>groups * GROUP_BYTES
  for (; a < end; a += GROUP_BYTES, sums += 16, plain += 16) {
    const even = v128.load(a)
    const odd = v128.load(a, 16)
    v128.store(sums, f32x4.add(f32x4.add(v128.load(sums), f32x4.mul(even, even)), f32x4.mul(odd, odd)))
    v128.store(plain, f32x4.add(f32x4.add(v128.load(plain), even), odd))
  }
}

/** One round of two vectors. */
function products(a: usize, b: usize, groups: i32, sums: usize): void {
  const end = a + <usize>groups * GROUP_BYTES
  for (; a < end; a += GROUP_BYTES, b += GROUP_BYTES, sums += 16) {
    const even = f32x4.mul(v128.load(a), v128.load(b))
    const odd = f32x4.mul(v128.load(a, 16), v128.load(b, 16))
    v128.store(sums, f32x4.add(f32x4.add(v128.load(sums), even), odd))
  }
}
