// The common case of blend: inputs are BF16 as they are stored, and every stage is two terms, rounded to BF16. Results of stages are kept as
// they would be stored, so that a stage reads 2 bytes an element of whatever it combines. The same bits as ./blend.ts gives.

/** 2^64 and its inverse: results are rounded where no BF16 is subnormal. */
const UP: f32 = 18446744073709551616.0
const DOWN: f32 = 5.42101086242752217e-20

/** @returns whether every stage has two terms and rounds to BF16, none being a copy, and every input is a BF16 as stored */
export function isPlainBF16(table: usize, inputs: i32, stages: i32, bf16: i32): bool {
  let row = table
  for (let i = 0; i < inputs; i++, row += 12) {
    const round = load<i32>(row, 8)
    if (load<i32>(row, 4) != bf16 || (round != bf16 && round != 0)) return false
  }
  for (let s = 0; s < stages; s++) {
    const terms = load<i32>(row)
    if (terms != 2 || load<i32>(row, 8) != bf16 || load<i32>(row, 12) != 0) return false
    row += 16 + <usize>terms * 12
  }
  return true
}

/**
 * One stage: (high + low) * 2^k of two operands, rounded.
 * @param row the stage in the table of ./blend.ts
 * @param most largest magnitudes so far, as BF16, by lane
 * @returns the same with the operands' and the result's
 */
export function stagePair(row: usize, a: usize, b: usize, groups: i32, to: usize, most: v128): v128 {
  const up = f32x4.splat(UP)
  // What is multiplied here is not multiplied in each operand: the products are exact either way.
  const aHigh = f32x4.mul(v128.load32_splat(row, 20), up)
  const aLow = f32x4.mul(v128.load32_splat(row, 24), up)
  const bHigh = f32x4.mul(v128.load32_splat(row, 32), up)
  const bLow = f32x4.mul(v128.load32_splat(row, 36), up)
  const power = v128.load32_splat(row, 4)
  const upper = i32x4.splat(0xffff0000)
  const magnitude = i16x8.splat(0x7fff)
  const down = f32x4.splat(DOWN)
  const end = to + <usize>groups * 16
  for (; to < end; to += 16, a += 16, b += 16) {
    const x = v128.load(a)
    const y = v128.load(b)
    const even = scaled(i32x4.shl(x, 16), i32x4.shl(y, 16), aHigh, aLow, bHigh, bLow, power)
    const odd = scaled(v128.and(x, upper), v128.and(y, upper), aHigh, aLow, bHigh, bLow, power)
    const packed = v128.or(i32x4.shr_u(f32x4.mul(rounded(even), down), 16), f32x4.mul(rounded(odd), down))
    most = i16x8.max_s(most, i16x8.max_s(v128.and(packed, magnitude), i16x8.max_s(v128.and(x, magnitude), v128.and(y, magnitude))))
    v128.store(to, packed)
  }
  return most
}

// @ts-ignore: decorator
@inline
function scaled(x: v128, y: v128, aHigh: v128, aLow: v128, bHigh: v128, bLow: v128, power: v128): v128 {
  const high = f32x4.add(f32x4.mul(aHigh, x), f32x4.mul(bHigh, y))
  const low = f32x4.add(f32x4.mul(aLow, x), f32x4.mul(bLow, y))
  return f32x4.mul(f32x4.add(high, low), power)
}

/** To the nearest BF16, ties to even; see ./stage.ts for what is subnormal. */
// @ts-ignore: decorator
@inline
function rounded(x: v128): v128 {
  // 1.5 * 2^23 steps of 2^-133, times 2^64
  const step = f32x4.splat(2.1316282072803006e-14)
  const last = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1))
  const normal = v128.and(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), last), i32x4.splat(0xffff0000))
  const small = f32x4.sub(f32x4.add(x, step), step)
  const isSmall = i32x4.lt_s(v128.and(x, i32x4.splat(0x7fffffff)), i32x4.splat((1 + 64) << 23))
  return v128.bitselect(small, normal, isSmall)
}
