export interface Eigen {
  /** Descending. */
  readonly values: readonly number[]
  /** Unit eigenvectors in the same order. */
  readonly vectors: readonly Float64Array[]
}

const SWEEPS = 50

/** Eigenvalues and eigenvectors of a small symmetric matrix (row-major), by cyclic Jacobi rotations (Golub & Van Loan, section 8.5). */
export function eigenOf(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice()
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  const at = (i: number, j: number): number => a[i * n + j] ?? 0
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += at(p, q) ** 2
    if (off === 0) break
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (at(p, q) === 0) continue
        const tau = (at(q, q) - at(p, p)) / (2 * at(p, q))
        const tan = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau))
        const c = 1 / Math.sqrt(1 + tan * tan)
        rotate(a, v, n, p, q, c, tan * c)
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => at(j, j) - at(i, i))
  return {
    values: order.map((i) => at(i, i)),
    vectors: order.map((i) => Float64Array.from({ length: n }, (_, k) => v[k * n + i] ?? 0)),
  }
}

/** Turns rows and columns p and q of `a`, and columns p and q of `v`. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number, c: number, s: number): void {
  const turn = (m: Float64Array, i: number, j: number): void => {
    const [x, y] = [m[i] ?? 0, m[j] ?? 0]
    m[i] = c * x - s * y
    m[j] = s * x + c * y
  }
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q)
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k)
  for (let k = 0; k < n; k++) turn(v, k * n + p, k * n + q)
}
