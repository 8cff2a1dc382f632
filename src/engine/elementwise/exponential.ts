/**
 * Exponential and logarithm in float64, from additions, multiplications and divisions alone: with these, every browser finds the same
 * divergence of two rows (ECMAScript leaves the last bits of Math.exp and Math.log to the implementation).
 */

const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const LOG2E = Math.LOG2E

const LARGEST_POWER = 1022
const POWERS = Float64Array.from({ length: 2 * LARGEST_POWER + 1 }, (_, i) => 2 ** (i - LARGEST_POWER))

/** @param x from -700 to 700; relative error below 4e-16 */
export function exp(x: number): number {
  const k = Math.floor(x * LOG2E + 0.5)
  const r = x - k * LN2_HIGH - k * LN2_LOW
  // Taylor's series for |r| up to ln(2)/2, written out; the first neglected term is below 5e-18.
  let sum = 1 / 479001600 + r * (1 / 6227020800)
  sum = 1 / 39916800 + r * sum
  sum = 1 / 3628800 + r * sum
  sum = 1 / 362880 + r * sum
  sum = 1 / 40320 + r * sum
  sum = 1 / 5040 + r * sum
  sum = 1 / 720 + r * sum
  sum = 1 / 120 + r * sum
  sum = 1 / 24 + r * sum
  sum = 1 / 6 + r * sum
  sum = 0.5 + r * sum
  sum = 1 + r * sum
  sum = 1 + r * sum
  return sum * power(k)
}

/** 2^k, for normal results. */
function power(k: number): number {
  return POWERS[k + LARGEST_POWER] ?? 0
}

/** Below this five terms of the logarithm's series are as exact as eleven. */
const SHORT = 2 ** -6

/** log(p / q) for positive p and q: with s = (p - q) / (p + q), it is 2 (s + s^3 / 3 + s^5 / 5 + ..). */
export function logRatio(p: number, q: number): number {
  let [a, doublings] = [p, 0]
  // The series is good for quotients from 1/sqrt(2) to sqrt(2), up to which rows of two models of one family hardly differ.
  while (a > Math.SQRT2 * q) {
    a *= 0.5
    doublings++
  }
  while (a < Math.SQRT1_2 * q) {
    a *= 2
    doublings--
  }
  const s = (a - q) / (a + q)
  const square = s * s
  let sum = 1 / 7 + square * (1 / 9)
  if (!(Math.abs(s) < SHORT)) {
    sum = 1 / 19 + square * (1 / 21)
    sum = 1 / 17 + square * sum
    sum = 1 / 15 + square * sum
    sum = 1 / 13 + square * sum
    sum = 1 / 11 + square * sum
    sum = 1 / 9 + square * sum
    sum = 1 / 7 + square * sum
  }
  sum = 1 / 5 + square * sum
  sum = 1 / 3 + square * sum
  sum = 1 + square * sum
  return 2 * s * sum + doublings * LN2_HIGH + doublings * LN2_LOW
}
