/**
 * Sine and arc cosine in float64, from additions, multiplications, divisions and square roots alone. ECMAScript leaves the last bits
 * of Math.sin and Math.acos to the implementation; with these, every browser computes the same coefficients from the same Gram matrix.
 */

/** pi/2 in two parts: the first has 33 bits, so that a small multiple of it is exact (Cody and Waite's reduction). */
const HALF_PI_HIGH = 1.5707963267341256
const HALF_PI_LOW = 6.077100506506192e-11
const HALF_PI = 1.5707963267948966

/** @param x radians, |x| up to about 10^4; absolute error below 3e-16 for |x| up to 10 */
export function sin(x: number): number {
  const quadrant = Math.round(x / HALF_PI)
  const r = x - quadrant * HALF_PI_HIGH - quadrant * HALF_PI_LOW
  switch (((quadrant % 4) + 4) % 4) {
    case 0:
      return sinNearZero(r)
    case 1:
      return cosNearZero(r)
    case 2:
      return -sinNearZero(r)
    default:
      return -cosNearZero(r)
  }
}

/** @param x as for `sin` */
export function cos(x: number): number {
  return sin(x + HALF_PI)
}

/** @param x from -1 to 1; @returns radians from 0 to pi */
export function acos(x: number): number {
  // acos x = 2 atan sqrt((1 - x) / (1 + x)): 1 - x and 1 + x are exact or nearly so where it matters, next to the ends.
  if (x <= -1) return 2 * HALF_PI
  if (x >= 1) return 0
  return 2 * atanPositive(Math.sqrt((1 - x) / (1 + x)))
}

/** Taylor's series for |r| up to pi/4; the first neglected term is below 1e-18. */
function sinNearZero(r: number): number {
  const s = r * r
  let term = 1
  for (let k = 17; k >= 3; k -= 2) term = 1 - (s / (k * (k - 1))) * term
  return r * term
}

function cosNearZero(r: number): number {
  const s = r * r
  let term = 1
  for (let k = 18; k >= 2; k -= 2) term = 1 - (s / (k * (k - 1))) * term
  return term
}

/** atan for x >= 0: halved twice by atan x = 2 atan(x / (1 + sqrt(1 + x^2))), then the series in x^2 below 0.05. */
function atanPositive(x: number): number {
  if (x > 1) return HALF_PI - atanPositive(1 / x)
  const half = x / (1 + Math.sqrt(1 + x * x))
  const quarter = half / (1 + Math.sqrt(1 + half * half))
  const s = quarter * quarter
  let sum = 0
  for (let k = 27; k >= 1; k -= 2) sum = 1 / k - s * sum
  return 4 * quarter * sum
}
