/**
 * Exponential and logarithm in float64, from additions, multiplications and divisions alone: with these, every browser finds the same
 * divergence of two rows (ECMAScript leaves the last bits of Math.exp and Math.log to the implementation).
 */

const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const LOG2E = Math.LOG2E

const bits = new DataView(new ArrayBuffer(8))

/** @param x from -700 to 700; relative error below 4e-16 */
export function exp(x: number): number {
  const k = Math.floor(x * LOG2E + 0.5)
  const r = x - k * LN2_HIGH - k * LN2_LOW
  let sum = 1
  // Taylor's series for |r| up to ln(2)/2; the first neglected term is below 5e-18.
  for (let n = 13; n >= 1; n--) sum = 1 + (r * sum) / n
  return sum * power(k)
}

/** 2^k, for normal results. */
function power(k: number): number {
  bits.setUint32(0, (k + 1023) << 20)
  bits.setUint32(4, 0)
  return bits.getFloat64(0)
}

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
  let sum = 0
  for (let n = 21; n >= 1; n -= 2) sum = 1 / n + square * sum
  return 2 * s * sum + doublings * LN2_HIGH + doublings * LN2_LOW
}
