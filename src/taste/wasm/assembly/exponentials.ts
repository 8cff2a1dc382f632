// Everything with an exponential in it.

const LOG2E: f32 = 1.44269504
// ln 2 in two parts, so that x - n ln 2 stays exact (Cody and Waite).
const LN2_HIGH: f32 = 0.693359375
const LN2_LOW: f32 = -2.12194440e-4

/** e to the x for x at most 0 and so down to e^-87, to about 2 units in the last place (the minimax polynomial of Cephes' expf). */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  x = f32x4.min(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(87))
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(LOG2E)))
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)))
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(LN2_LOW)))
  let p = f32x4.splat(1.9875691500e-4)
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1))
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1))
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(p, power)
}

// @ts-ignore: decorator
@inline
function sumOf(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3)
}

/**
 * Causal softmax of m rows of scores times `scale`: of row i the first `first + i` count; the others, up to `padded` (a multiple of 4),
 * become 0.
 */
export function softmax(scores: usize, ld: i32, m: i32, first: i32, padded: i32, scale: f32): void {
  for (let i = 0; i < m; i++, scores += <usize>ld * 4) {
    const count = first + i
    let most = f32.load(scores)
    for (let l = 1; l < count; l++) most = max(most, f32.load(scores + <usize>l * 4))
    for (let l = count; l < padded; l++) f32.store(scores + <usize>l * 4, <f32>-Infinity)
    let sum = f32x4.splat(0)
    const offset = f32x4.splat(most)
    const end = scores + <usize>padded * 4
    for (let at = scores; at < end; at += 16) {
      const x = f32x4.mul(f32x4.sub(v128.load(at), offset), f32x4.splat(scale))
      const e = v128.and(exp(x), f32x4.gt(x, f32x4.splat(-80)))
      v128.store(at, e)
      sum = f32x4.add(sum, e)
    }
    const inverse = f32x4.splat(1 / sumOf(sum))
    for (let at = scores; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), inverse))
  }
}

/** gate = silu(gate) * up over `count` elements, a multiple of 4; silu(x) = x / (1 + e^-x). */
export function siluTimes(gate: usize, up: usize, count: i32): void {
  const end = gate + <usize>count * 4
  for (; gate < end; gate += 16, up += 16) {
    const x = v128.load(gate)
    const silu = f32x4.div(x, f32x4.add(f32x4.splat(1), exp(f32x4.neg(x))))
    v128.store(gate, f32x4.mul(silu, v128.load(up)))
  }
}

/** Logarithm of the sum of the exponentials of `count` numbers. */
export function logSumExp(row: usize, count: i32): f64 {
  let most = f32.load(row)
  for (let l = 1; l < count; l++) most = max(most, f32.load(row + <usize>l * 4))
  const offset = f32x4.splat(most)
  const vectors = row + <usize>(count & ~3) * 4
  let total: f64 = 0
  for (let at = row; at < vectors; at += 16) total += sumOf(exp(f32x4.sub(v128.load(at), offset)))
  for (let l = count & ~3; l < count; l++)
    total += f32x4.extract_lane(exp(f32x4.splat(f32.load(row + <usize>l * 4) - most)), 0)
  return <f64>most + Math.log(total)
}
