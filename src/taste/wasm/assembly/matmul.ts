// C = A W^T, the one product of a transformer: projections, attention scores and attention outputs alike.

/** Codes of weight dtypes. */
const F32 = 0

/** Rows of W that are in hand at once. */
const PANEL = 4

/** Sums of the lanes of four vectors, as one vector. */
// @ts-ignore: decorator
@inline
function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7))
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7))
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7))
}

/** Widens `count` BF16 numbers (a multiple of 8), in order. */
// @ts-ignore: decorator
@inline
function widen(from: usize, count: i32, to: usize): void {
  const end = from + <usize>count * 2
  for (; from < end; from += 16, to += 32) {
    const words = v128.load(from)
    const zero = i32x4.splat(0)
    v128.store(to, v128.shuffle<i16>(zero, words, 0, 8, 1, 9, 2, 10, 3, 11))
    v128.store(to, v128.shuffle<i16>(zero, words, 4, 12, 5, 13, 6, 14, 7, 15), 16)
  }
}

/**
 * C[i, j] = sum over l of A[i, l] W[j, l]; A and C are F32, W is F32 or BF16.
 * n and k are multiples of 4, k of 8 where W is BF16; `lda`, `ldw`, `ldc` are the rows' lengths in elements. `scratch` has room for 4 k F32.
 */
export function matmul(
  a: usize, lda: i32,
  w: usize, dtype: i32, ldw: i32,
  c: usize, ldc: i32,
  m: i32, n: i32, k: i32,
  scratch: usize,
): void {
  const width: i32 = dtype == F32 ? 4 : 2
  const row = <usize>ldw * width
  const end = <usize>k * 4
  for (let j = 0; j < n; j += PANEL) {
    const from = w + <usize>j * row
    let w0 = from
    let w1 = from + row
    let w2 = from + 2 * row
    let w3 = from + 3 * row
    if (dtype != F32) {
      widen(w0, k, scratch)
      widen(w1, k, scratch + end)
      widen(w2, k, scratch + 2 * end)
      widen(w3, k, scratch + 3 * end)
      w0 = scratch
      w1 = scratch + end
      w2 = scratch + 2 * end
      w3 = scratch + 3 * end
    }
    let to = c + <usize>j * 4
    let x = a
    let i = 0
    for (; i + 1 < m; i += 2) {
      const y = x + <usize>lda * 4
      let x0 = f32x4.splat(0), x1 = x0, x2 = x0, x3 = x0, y0 = x0, y1 = x0, y2 = x0, y3 = x0
      for (let l: usize = 0; l < end; l += 16) {
        const p = v128.load(x + l)
        const q = v128.load(y + l)
        let v = v128.load(w0 + l)
        x0 = f32x4.add(x0, f32x4.mul(p, v))
        y0 = f32x4.add(y0, f32x4.mul(q, v))
        v = v128.load(w1 + l)
        x1 = f32x4.add(x1, f32x4.mul(p, v))
        y1 = f32x4.add(y1, f32x4.mul(q, v))
        v = v128.load(w2 + l)
        x2 = f32x4.add(x2, f32x4.mul(p, v))
        y2 = f32x4.add(y2, f32x4.mul(q, v))
        v = v128.load(w3 + l)
        x3 = f32x4.add(x3, f32x4.mul(p, v))
        y3 = f32x4.add(y3, f32x4.mul(q, v))
      }
      v128.store(to, laneSums(x0, x1, x2, x3))
      v128.store(to + <usize>ldc * 4, laneSums(y0, y1, y2, y3))
      to += <usize>ldc * 8
      x += <usize>lda * 8
    }
    if (i < m) {
      let x0 = f32x4.splat(0), x1 = x0, x2 = x0, x3 = x0
      for (let l: usize = 0; l < end; l += 16) {
        const p = v128.load(x + l)
        x0 = f32x4.add(x0, f32x4.mul(p, v128.load(w0 + l)))
        x1 = f32x4.add(x1, f32x4.mul(p, v128.load(w1 + l)))
        x2 = f32x4.add(x2, f32x4.mul(p, v128.load(w2 + l)))
        x3 = f32x4.add(x3, f32x4.mul(p, v128.load(w3 + l)))
      }
      v128.store(to, laneSums(x0, x1, x2, x3))
    }
  }
}
