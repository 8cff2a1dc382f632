import { expect, test } from 'vitest'
import { decodeElements } from '../elements.ts'
import { elements } from '../testing/cases.ts'
import { tileProducts } from './rows.ts'

test('inner products of rows are those in float64 to a few millionths of the terms', () => {
  const [rows, rowLength] = [5, 14_336]
  const inputs = [{ dtype: 'BF16', round: null } as const, { dtype: 'BF16', round: null } as const]
  const tile = {
    elementCount: rows * rowLength,
    inputs: [3, 4].map((seed) => elements('BF16', 'weights', rows * rowLength, seed)),
  }
  const found = tileProducts(tile, { inputs, first: 0, rowLength, based: false })
  const values = tile.inputs.map((bytes, i) =>
    decodeElements(bytes, inputs[i] as (typeof inputs)[0], 0, rows * rowLength),
  )
  for (let row = 0; row < rows; row++)
    for (const [i, a] of values.entries())
      for (const [j, b] of values.entries()) {
        let [sum, size] = [0, 0]
        for (let e = row * rowLength; e < (row + 1) * rowLength; e++) {
          const term = (a[e] ?? 0) * (b[e] ?? 0)
          sum += term
          size += Math.abs(term)
        }
        expect(Math.abs((found[row * 4 + 2 * i + j] ?? 0) - sum)).toBeLessThan(2 ** -20 * size)
        expect(size).toBeGreaterThan(0)
      }
})
