import { GROUP } from '../gram-sums.ts'

/** The coefficients of each input over the columns, the even columns of 8 before the odd ones. */
export function columnsByGroups(coefficients: Float32Array, inputs: number, columns: number): Float32Array {
  const table = new Float32Array(inputs * columns)
  for (let column = 0; column < columns; column++) {
    const place = column % GROUP
    const to = column - place + (place % 2) * (GROUP / 2) + (place >> 1)
    for (let i = 0; i < inputs; i++) table[i * columns + to] = coefficients[column * inputs + i] ?? 0
  }
  return table
}
