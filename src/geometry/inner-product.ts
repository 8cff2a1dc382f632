/** Cosine from inner products; NaN where a vector is zero. */
export function cosine(aa: number, ab: number, bb: number): number {
  if (!(aa > 0 && bb > 0)) return Number.NaN
  return Math.min(1, Math.max(-1, ab / (Math.sqrt(aa) * Math.sqrt(bb))))
}

/** u' G v for vectors of length n at offsets of larger arrays. */
export function quadratic(
  u: Float64Array,
  atU: number,
  gram: Float64Array,
  v: Float64Array,
  atV: number,
  n: number,
): number {
  let sum = 0
  for (let i = 0; i < n; i++) {
    const c = u[atU + i] ?? 0
    if (c === 0) continue
    let row = 0
    for (let j = 0; j < n; j++) row += (gram[i * n + j] ?? 0) * (v[atV + j] ?? 0)
    sum += c * row
  }
  return sum
}

/** Square root of a squared norm, which rounding may have made negative. */
export function root(square: number): number {
  return Math.sqrt(square > 0 ? square : 0)
}
