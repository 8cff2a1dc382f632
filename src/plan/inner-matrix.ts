/** A symmetric K x K matrix of inner products, row-major, and what can be asked of vectors that are given as coefficients over it. */
export class InnerMatrix {
  readonly size: number
  readonly #values: Float64Array

  constructor(values: Float64Array) {
    this.#values = values
    this.size = Math.round(Math.sqrt(values.length))
  }

  /** The matrix without its first `skip` vectors. */
  static after(values: Float64Array, skip: number): InnerMatrix {
    const all = new InnerMatrix(values)
    const size = all.size - skip
    const rest = new Float64Array(size * size)
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) rest[i * size + j] = all.at(i + skip, j + skip)
    return new InnerMatrix(rest)
  }

  at(i: number, j: number): number {
    return this.#values[i * this.size + j] ?? 0
  }

  norm(i: number): number {
    return Math.sqrt(Math.max(0, this.at(i, i)))
  }

  norms(): number[] {
    return Array.from({ length: this.size }, (_, i) => this.norm(i))
  }

  /** <u, x_i> of a combination u. */
  dot(u: readonly number[], i: number): number {
    return u.reduce((sum, c, j) => (c === 0 ? sum : sum + c * this.at(j, i)), 0)
  }

  /** |u| of a combination u. */
  length(u: readonly number[]): number {
    return Math.sqrt(
      Math.max(
        0,
        u.reduce((sum, c, i) => (c === 0 ? sum : sum + c * this.dot(u, i)), 0),
      ),
    )
  }

  /** Mean of the cosines of all pairs; null where fewer than two vectors have a direction. */
  meanCosine(): number | null {
    const cosines: number[] = []
    for (let i = 0; i < this.size; i++) {
      for (let j = i + 1; j < this.size; j++) {
        const product = this.norm(i) * this.norm(j)
        if (product > 0) cosines.push(clamp(this.at(i, j) / product))
      }
    }
    return cosines.length === 0 ? null : cosines.reduce((a, b) => a + b, 0) / cosines.length
  }
}

/** A cosine, within -1 to 1. */
export function clamp(cosine: number): number {
  return Math.min(1, Math.max(-1, cosine))
}

/** Coefficients over the differences from a base, as coefficients over the base and the operands themselves. */
export function withBase(coefficients: readonly number[]): number[] {
  return [1 - coefficients.reduce((a, b) => a + b, 0), ...coefficients]
}
