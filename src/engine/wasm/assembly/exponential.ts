// exp and log of quotients in float64, two at a time, with the operations of ../../elementwise/exponential.ts in their order.

const LN2_HIGH: f64 = 0.6931471803691238
const LN2_LOW: f64 = 1.9082149292705877e-10
const LOG2E: f64 = 1.4426950408889634
const SQRT2: f64 = 1.4142135623730951
const SQRT1_2: f64 = 0.7071067811865476
/** 2^-6 */
const SHORT: f64 = 0.015625

// @ts-ignore: decorator
@inline
function step(c: f64, r: v128, sum: v128): v128 {
  return f64x2.add(f64x2.splat(c), f64x2.mul(r, sum))
}

// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const k = f64x2.floor(f64x2.add(f64x2.mul(x, f64x2.splat(LOG2E)), f64x2.splat(0.5)))
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, f64x2.splat(LN2_HIGH))), f64x2.mul(k, f64x2.splat(LN2_LOW)))
  let sum = step(1.0 / 479001600.0, r, f64x2.splat(1.0 / 6227020800.0))
  sum = step(1.0 / 39916800.0, r, sum)
  sum = step(1.0 / 3628800.0, r, sum)
  sum = step(1.0 / 362880.0, r, sum)
  sum = step(1.0 / 40320.0, r, sum)
  sum = step(1.0 / 5040.0, r, sum)
  sum = step(1.0 / 720.0, r, sum)
  sum = step(1.0 / 120.0, r, sum)
  sum = step(1.0 / 24.0, r, sum)
  sum = step(1.0 / 6.0, r, sum)
  sum = step(0.5, r, sum)
  sum = step(1.0, r, sum)
  sum = step(1.0, r, sum)
  const power = i64x2.shl(
    i64x2.add(i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k)), i64x2.splat(1023)),
    52,
  )
  return f64x2.mul(sum, power)
}

// @ts-ignore: decorator
@inline
export function logRatio(p: v128, q: v128): v128 {
  const near = v128.and(
    f64x2.le(p, f64x2.mul(f64x2.splat(SQRT2), q)),
    f64x2.ge(p, f64x2.mul(f64x2.splat(SQRT1_2), q)),
  )
  if (!i64x2.all_true(near)) {
    const first = logOne(f64x2.extract_lane(p, 0), f64x2.extract_lane(q, 0))
    return f64x2.replace_lane(
      f64x2.splat(first),
      1,
      logOne(f64x2.extract_lane(p, 1), f64x2.extract_lane(q, 1)),
    )
  }
  const s = f64x2.div(f64x2.sub(p, q), f64x2.add(p, q))
  const square = f64x2.mul(s, s)
  const small = f64x2.lt(f64x2.abs(s), f64x2.splat(SHORT))
  let sum = step(1.0 / 7.0, square, f64x2.splat(1.0 / 9.0))
  if (!i64x2.all_true(small)) sum = v128.bitselect(sum, longer(square), small)
  sum = step(1.0 / 5.0, square, sum)
  sum = step(1.0 / 3.0, square, sum)
  sum = step(1.0, square, sum)
  return f64x2.mul(f64x2.mul(f64x2.splat(2), s), sum)
}

/** The same of all eleven terms. */
function longer(square: v128): v128 {
  let sum = step(1.0 / 19.0, square, f64x2.splat(1.0 / 21.0))
  sum = step(1.0 / 17.0, square, sum)
  sum = step(1.0 / 15.0, square, sum)
  sum = step(1.0 / 13.0, square, sum)
  sum = step(1.0 / 11.0, square, sum)
  sum = step(1.0 / 9.0, square, sum)
  return step(1.0 / 7.0, square, sum)
}

function logOne(p: f64, q: f64): f64 {
  let a = p
  let doublings: f64 = 0
  while (a > SQRT2 * q) {
    a *= 0.5
    doublings += 1
  }
  while (a < SQRT1_2 * q) {
    a *= 2
    doublings -= 1
  }
  const s = (a - q) / (a + q)
  const square = s * s
  let sum: f64 = 1.0 / 7.0 + square * (1.0 / 9.0)
  if (!(Math.abs(s) < SHORT)) sum = f64x2.extract_lane(longer(f64x2.splat(square)), 0)
  sum = 1.0 / 5.0 + square * sum
  sum = 1.0 / 3.0 + square * sum
  sum = 1.0 + square * sum
  return 2 * s * sum + doublings * LN2_HIGH + doublings * LN2_LOW
}
