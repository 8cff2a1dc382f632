import { BF16, decode, F16, F32, GROUP_BYTES } from './decode'

/** Groups of one block: 1024 elements, so that all operands stay in the first cache. */
const BLOCK_GROUPS: i32 = 128
const OPERAND_BYTES: usize = 128 * GROUP_BYTES
/** Bits of 2^56, from which on an input is wild. */
const WILD: i32 = (127 + 56) << 23
/** Operands are held times 2^64. */
const UP: f32 = 18446744073709551616.0
const DOWN: f32 = 5.42101086242752217e-20

/**
 * Blends `groups` groups of 8 elements, as ../../blend-elements.ts specifies it, in blocks of 128 groups.
 *
 * table:   for each input three words: address of its elements, dtype, rounding; then for each stage four words: number of terms, 2^k as F32,
 *          dtype, whether it is a copy; each followed by its terms of three words: operand, high part, low part (F32)
 * out:     the elements in the last stage's dtype
 * scratch: 4 KiB an input and a stage
 * flags:   a byte a block: 1 where some operand or result is too large, so that the output there is void
 * @returns number of such blocks
 */
export function blendRun(
  table: usize,
  inputs: i32,
  stages: i32,
  groups: i32,
  out: usize,
  scratch: usize,
  flags: usize,
): i32 {
  let wild = 0
  for (let done = 0; done < groups; done += BLOCK_GROUPS) {
    const count = min(BLOCK_GROUPS, groups - done)
    const flag = blendBlock(table, inputs, stages, done, count, out, scratch)
    store<u8>(flags++, <u8>flag)
    wild += <i32>flag
  }
  return wild
}

function blendBlock(table: usize, inputs: i32, stages: i32, done: i32, count: i32, out: usize, scratch: usize): bool {
  let row = table
  for (let i = 0; i < inputs; i++, row += 12) {
    const dtype = load<i32>(row, 4)
    const to = scratch + <usize>i * OPERAND_BYTES
    decode(<usize>load<u32>(row) + <usize>done * (dtype == F32 ? 32 : 16), dtype, load<i32>(row, 8), count, to)
    if (scaleUp(to, count)) return true
  }
  for (let s = 0; s < stages; s++) {
    const terms = load<i32>(row)
    const scale = load<f32>(row, 4)
    const dtype = load<i32>(row, 8)
    const copy = load<i32>(row, 12) != 0
    const to = scratch + <usize>(inputs + s) * OPERAND_BYTES
    combine(row + 16, terms, scale, scratch, to, count)
    const copied = copy ? scratch + <usize>load<u32>(row, 16) * OPERAND_BYTES : 0
    const wild = dtype == BF16 ? roundBF16(to, count, copied) : dtype == F16 ? roundF16(to, count, copied) : keepF32(to, count, copied)
    if (wild) return true
    row += 16 + <usize>terms * 12
    if (s == stages - 1) {
      if (dtype == BF16) packBF16(to, count, out + <usize>done * 16)
      else if (dtype == F16) packF16(to, count, out + <usize>done * 16)
      else packF32(to, count, out + <usize>done * 32)
    }
  }
  return false
}

// @ts-ignore: decorator
@inline
function magnitudeOf(x: v128): v128 {
  return v128.and(x, i32x4.splat(0x7fffffff))
}

/** Scales operands in place (exact, from subnormal values too); @returns whether one of them is wild. */
function scaleUp(at: usize, groups: i32): bool {
  let most = i32x4.splat(0)
  const end = at + <usize>groups * GROUP_BYTES
  for (; at < end; at += 16) {
    const x = v128.load(at)
    most = i32x4.max_s(most, magnitudeOf(x))
    v128.store(at, f32x4.mul(x, f32x4.splat(UP)))
  }
  return v128.any_true(i32x4.ge_s(most, i32x4.splat(WILD)))
}

/** r * 2^k for one stage. */
function combine(terms: usize, count: i32, scale: f32, scratch: usize, to: usize, groups: i32): void {
  const zero = f32x4.splat(0)
  const bytes = <usize>groups * GROUP_BYTES
  for (let at: usize = 0; at < bytes; at += GROUP_BYTES) {
    let evenHigh = zero
    let oddHigh = zero
    let evenLow = zero
    let oddLow = zero
    let term = terms
    for (let i = 0; i < count; i++, term += 12) {
      const operand = scratch + <usize>load<u32>(term) * OPERAND_BYTES + at
      const even = v128.load(operand)
      const odd = v128.load(operand, 16)
      const high = v128.load32_splat(term, 4)
      const low = v128.load32_splat(term, 8)
      evenHigh = f32x4.add(evenHigh, f32x4.mul(high, even))
      oddHigh = f32x4.add(oddHigh, f32x4.mul(high, odd))
      evenLow = f32x4.add(evenLow, f32x4.mul(low, even))
      oddLow = f32x4.add(oddLow, f32x4.mul(low, odd))
    }
    const power = f32x4.splat(scale)
    v128.store(to + at, f32x4.mul(f32x4.add(evenHigh, evenLow), power))
    v128.store(to + at, f32x4.mul(f32x4.add(oddHigh, oddLow), power), 16)
  }
}

// Rounding in place. Values below the dtype's normal range are rounded to its smallest step by adding a number beside which the last
// bit of an F32 is worth that step, and taking it away again; this also turns -0 into +0. Results that small keep a sign only as a
// copy. Each returns whether a result is so large that the block is left to the reference.

// @ts-ignore: decorator
@inline
function signOf(copied: usize, offset: usize): v128 {
  return copied ? v128.and(v128.load(copied + offset), i32x4.splat(0x80000000)) : i32x4.splat(0)
}

function roundBF16(at: usize, groups: i32, copied: usize): bool {
  // 1.5 * 2^23 steps of 2^-133, times 2^64
  const step = f32x4.splat(2.1316282072803006e-14)
  let most = i32x4.splat(0)
  const bytes = <usize>groups * GROUP_BYTES
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    const x = v128.load(at + offset)
    const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1))
    const normal = v128.and(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd), i32x4.splat(0xffff0000))
    const small = f32x4.sub(f32x4.add(x, step), step)
    const isSmall = i32x4.lt_s(magnitudeOf(x), i32x4.splat((1 + 64) << 23))
    const rounded = v128.or(v128.bitselect(small, normal, isSmall), signOf(copied, offset))
    most = i32x4.max_s(most, magnitudeOf(rounded))
    v128.store(at + offset, rounded)
  }
  return v128.any_true(i32x4.ge_s(most, i32x4.splat(WILD + (64 << 23))))
}

function roundF16(at: usize, groups: i32, copied: usize): bool {
  // 1.5 * 2^23 steps of 2^-24, times 2^64
  const step = f32x4.splat(13835058055282163712.0)
  let most = i32x4.splat(0)
  const bytes = <usize>groups * GROUP_BYTES
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    const x = v128.load(at + offset)
    const odd = v128.and(i32x4.shr_u(x, 13), i32x4.splat(1))
    const normal = v128.and(i32x4.add(i32x4.add(x, i32x4.splat(0xfff)), odd), i32x4.splat(0xffffe000))
    const small = f32x4.sub(f32x4.add(x, step), step)
    const isSmall = i32x4.lt_s(magnitudeOf(x), i32x4.splat((113 + 64) << 23))
    const rounded = v128.or(v128.bitselect(small, normal, isSmall), signOf(copied, offset))
    most = i32x4.max_s(most, magnitudeOf(rounded))
    v128.store(at + offset, rounded)
  }
  return v128.any_true(i32x4.ge_s(most, i32x4.splat((143 + 64) << 23)))
}

/** F32 results: rounded to F32's steps where they are subnormal. */
function keepF32(at: usize, groups: i32, copied: usize): bool {
  let most = i32x4.splat(0)
  const bytes = <usize>groups * GROUP_BYTES
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    const x = v128.load(at + offset)
    const kept = f32x4.mul(f32x4.mul(x, f32x4.splat(DOWN)), f32x4.splat(UP))
    const rounded = v128.or(f32x4.add(kept, f32x4.splat(0)), signOf(copied, offset))
    most = i32x4.max_s(most, magnitudeOf(rounded))
    v128.store(at + offset, rounded)
  }
  return v128.any_true(i32x4.ge_s(most, i32x4.splat(WILD + (64 << 23))))
}

// Packing: values are those of the dtype by now, times 2^64.

function packBF16(at: usize, groups: i32, out: usize): void {
  const end = at + <usize>groups * GROUP_BYTES
  for (; at < end; at += GROUP_BYTES, out += 16) {
    const even = f32x4.mul(v128.load(at), f32x4.splat(DOWN))
    const odd = f32x4.mul(v128.load(at, 16), f32x4.splat(DOWN))
    v128.store(out, v128.or(i32x4.shr_u(even, 16), odd))
  }
}

function packF16(at: usize, groups: i32, out: usize): void {
  const end = at + <usize>groups * GROUP_BYTES
  for (; at < end; at += GROUP_BYTES, out += 16)
    v128.store(out, v128.or(f16Bits(v128.load(at)), i32x4.shl(f16Bits(v128.load(at, 16)), 16)))
}

// @ts-ignore: decorator
@inline
function f16Bits(x: v128): v128 {
  const magnitude = magnitudeOf(x)
  const normal = i32x4.sub(i32x4.shr_u(magnitude, 13), i32x4.splat((112 + 64) << 10))
  // In steps of 2^-24, times 2^64.
  const small = i32x4.trunc_sat_f32x4_s(f32x4.mul(magnitude, f32x4.splat(9.094947017729282e-13)))
  const bits = v128.bitselect(small, normal, i32x4.lt_s(magnitude, i32x4.splat((113 + 64) << 23)))
  return v128.or(bits, i32x4.shl(i32x4.shr_u(x, 31), 15))
}

function packF32(at: usize, groups: i32, out: usize): void {
  const end = at + <usize>groups * GROUP_BYTES
  for (; at < end; at += GROUP_BYTES, out += 32) {
    const even = f32x4.mul(v128.load(at), f32x4.splat(DOWN))
    const odd = f32x4.mul(v128.load(at, 16), f32x4.splat(DOWN))
    v128.store(out, v128.shuffle<f32>(even, odd, 0, 4, 1, 5))
    v128.store(out, v128.shuffle<f32>(even, odd, 2, 6, 3, 7), 16)
  }
}
