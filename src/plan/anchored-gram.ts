/**
 * A Gram matrix in the basis x0, x1 - x0, x2 - x0, …: what differences and small angles are computed from. From one of the inputs
 * themselves it is good enough where that was summed in float64, or where the inputs are not nearly equal.
 * @param gram N x N, row-major
 */
export function anchored(gram: Float64Array, inputs: number): Float64Array {
  const at = (i: number, j: number): number => gram[i * inputs + j] ?? 0
  const base = at(0, 0)
  return gram.map((_, place) => {
    const [i, j] = [Math.floor(place / inputs), place % inputs]
    if (i === 0 && j === 0) return base
    if (i === 0 || j === 0) return at(i, j) - base
    return at(i, j) - at(i, 0) - at(0, j) + base
  })
}

/** The Gram matrix of the inputs themselves from one in the basis x0, x1 - x0, …; loses nothing. */
export function fromAnchored(matrix: Float64Array, inputs: number): Float64Array {
  const at = (i: number, j: number): number => matrix[i * inputs + j] ?? 0
  return matrix.map((_, place) => {
    const [i, j] = [Math.floor(place / inputs), place % inputs]
    return at(0, 0) + (i > 0 ? at(i, 0) : 0) + (j > 0 ? at(0, j) : 0) + (i > 0 && j > 0 ? at(i, j) : 0)
  })
}
