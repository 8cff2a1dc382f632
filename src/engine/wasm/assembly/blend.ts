import { isPlainBF16, stagePair } from './blend-bf16'
import { BF16, decode, decodeF16, F16, F32, GROUP_BYTES } from './decode'
import { BLOCK_GROUPS, OPERAND_BYTES, stageBF16, stageF16, stageF32, WILD } from './stage'

/** Operands are held times 2^64. */
const UP: f32 = 18446744073709551616.0

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
  const plain = isPlainBF16(table, inputs, stages, BF16)
  for (let done = 0; done < groups; done += BLOCK_GROUPS) {
    const count = min(BLOCK_GROUPS, groups - done)
    const fine = plain
      ? blendPlainBlock(table, inputs, stages, done, count, out, scratch)
      : blendBlock(table, inputs, stages, done, count, out, scratch)
    store<u8>(flags++, fine ? 0 : 1)
    if (!fine) wild++
  }
  return wild
}

/** The common case, see ./blend-bf16.ts. @returns whether the block's output stands */
function blendPlainBlock(table: usize, inputs: i32, stages: i32, done: i32, count: i32, out: usize, scratch: usize): bool {
  const at = <usize>done * 16
  let most = i16x8.splat(0)
  let row = table + <usize>inputs * 12
  for (let s = 0; s < stages; s++, row += 40) {
    const to = s == stages - 1 ? out + at : scratch + <usize>s * OPERAND_BYTES
    const a = operandOf(table, inputs, load<i32>(row, 16), at, scratch)
    const b = operandOf(table, inputs, load<i32>(row, 28), at, scratch)
    most = stagePair(row, a, b, count, to, most)
  }
  return !v128.any_true(i16x8.ge_s(most, i16x8.splat(<i16>(WILD >> 16))))
}

function operandOf(table: usize, inputs: i32, operand: i32, at: usize, scratch: usize): usize {
  if (operand >= inputs) return scratch + <usize>(operand - inputs) * OPERAND_BYTES
  return <usize>load<u32>(table + <usize>operand * 12) + at
}

/** @returns whether the block's output stands */
function blendBlock(table: usize, inputs: i32, stages: i32, done: i32, count: i32, out: usize, scratch: usize): bool {
  let row = table
  for (let i = 0; i < inputs; i++, row += 12) {
    const dtype = load<i32>(row, 4)
    const from = <usize>load<u32>(row) + <usize>done * (dtype == F32 ? 32 : 16)
    if (!readScaled(from, dtype, load<i32>(row, 8), count, scratch + <usize>i * OPERAND_BYTES)) return false
  }
  for (let s = 0; s < stages; s++) {
    const terms = load<i32>(row)
    const dtype = load<i32>(row, 8)
    const to = scratch + <usize>(inputs + s) * OPERAND_BYTES
    const last = s == stages - 1
    const packed = last ? out + <usize>done * (dtype == F32 ? 32 : 16) : 0
    const fine =
      dtype == BF16
        ? stageBF16(row, scratch, to, count, packed)
        : dtype == F16
          ? stageF16(row, scratch, to, count, packed)
          : stageF32(row, scratch, to, count, packed)
    if (!fine) return false
    row += 16 + <usize>terms * 12
  }
  return true
}

/** Decodes an input times 2^64 (exact, from subnormal values too). @returns whether none of it is wild */
function readScaled(from: usize, dtype: i32, round: i32, groups: i32, to: usize): bool {
  if (dtype == F16 && (round == F16 || round == F32)) return decodeF16(from, groups, to, 112 + 64)
  let most = i32x4.splat(0)
  const up = f32x4.splat(UP)
  const magnitude = i32x4.splat(0x7fffffff)
  const end = to + <usize>groups * GROUP_BYTES
  if (dtype == BF16 && (round == BF16 || round == F32)) {
    for (; to < end; to += GROUP_BYTES, from += 16) {
      const words = v128.load(from)
      most = i16x8.max_s(most, v128.and(words, i16x8.splat(0x7fff)))
      v128.store(to, f32x4.mul(i32x4.shl(words, 16), up))
      v128.store(to, f32x4.mul(v128.and(words, i32x4.splat(0xffff0000)), up), 16)
    }
    return !v128.any_true(i16x8.ge_s(most, i16x8.splat(<i16>(WILD >> 16))))
  }
  decode(from, dtype, round, groups, to)
  for (; to < end; to += 16) {
    const x = v128.load(to)
    most = i32x4.max_s(most, v128.and(x, magnitude))
    v128.store(to, f32x4.mul(x, up))
  }
  return !v128.any_true(i32x4.ge_s(most, i32x4.splat(WILD)))
}
