import { expect, it } from 'vitest'
import { gridOf } from './gpu.ts'
import { inputSets } from './input-sets.ts'

it('puts every pair of inputs into a set of at most four', () => {
  for (let n = 1; n <= 9; n++) {
    const sets = inputSets(n)
    for (const set of sets) {
      expect(set.length).toBeLessThanOrEqual(4)
      expect(new Set(set).size).toBe(set.length)
    }
    for (let i = 0; i < n; i++)
      for (let j = i; j < n; j++) expect(sets.some((set) => set.includes(i) && set.includes(j))).toBe(true)
  }
  expect(inputSets(3)).toEqual([[0, 1, 2]])
})

it('covers any number of workgroups with a grid whose axes are within the limit', () => {
  for (const count of [1, 65535, 65536, 200_000, 65535 * 3 + 1]) {
    const [columns, rows] = gridOf(count)
    expect(Math.max(columns, rows)).toBeLessThanOrEqual(65535)
    expect(columns * rows).toBeGreaterThanOrEqual(count)
    expect(columns * rows - count).toBeLessThan(rows)
  }
})
