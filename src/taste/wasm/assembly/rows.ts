// What is done to each token's vector by itself.

/** out = x / rms(x) * weight for m rows of n elements (a multiple of 4) that follow each other. `out` may be `x`. */
export function rmsNorm(x: usize, weight: usize, out: usize, m: i32, n: i32, epsilon: f32): void {
  const bytes = <usize>n * 4
  for (let i = 0; i < m; i++, x += bytes, out += bytes) {
    let sum: f64 = 0
    for (let l: usize = 0; l < bytes; l += 4) {
      const v = <f64>f32.load(x + l)
      sum += v * v
    }
    const inverse = f32x4.splat(<f32>(1 / Math.sqrt(sum / <f64>n + <f64>epsilon)))
    for (let l: usize = 0; l < bytes; l += 16)
      v128.store(out + l, f32x4.mul(f32x4.mul(v128.load(x + l), inverse), v128.load(weight + l)))
  }
}

/**
 * Turns the pairs (l, l + half) of each head by the angles of their position (Su et al. 2021, in the order of Hugging Face's checkpoints).
 * `cos` and `sin` have m rows of `half` elements.
 */
export function rope(x: usize, heads: i32, half: i32, m: i32, cos: usize, sin: usize): void {
  const bytes = <usize>half * 4
  for (let i = 0; i < m; i++, cos += bytes, sin += bytes) {
    for (let h = 0; h < heads; h++, x += 2 * bytes) {
      let l: usize = 0
      for (; l + 16 <= bytes; l += 16) {
        const a = v128.load(x + l)
        const b = v128.load(x + bytes + l)
        const c = v128.load(cos + l)
        const s = v128.load(sin + l)
        v128.store(x + l, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)))
        v128.store(x + bytes + l, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)))
      }
      for (; l < bytes; l += 4) {
        const a = f32.load(x + l)
        const b = f32.load(x + bytes + l)
        const c = f32.load(cos + l)
        const s = f32.load(sin + l)
        f32.store(x + l, a * c - b * s)
        f32.store(x + bytes + l, b * c + a * s)
      }
    }
  }
}

/** x += y for m rows of n elements (a multiple of 4); a `step` of 0 adds the same row of y to each, n adds row by row. */
export function addTo(x: usize, y: usize, m: i32, n: i32, step: i32): void {
  const bytes = <usize>n * 4
  for (let i = 0; i < m; i++, y += <usize>step * 4) {
    const end = x + bytes
    for (let from = y; x < end; x += 16, from += 16) v128.store(x, f32x4.add(v128.load(x), v128.load(from)))
  }
}
