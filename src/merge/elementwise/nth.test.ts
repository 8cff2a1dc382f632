import fc from 'fast-check'
import { expect, it } from 'vitest'
import { numberOf, smallest } from './nth.ts'

it('finds the number at any place of the order, with few and with many equal ones', () => {
  const values = fc.oneof(
    fc.array(fc.nat(2 ** 31 - 1), { minLength: 1, maxLength: 300 }),
    fc.array(fc.nat(3), { minLength: 1, maxLength: 300 }),
  )
  fc.assert(
    fc.property(values, fc.nat(), (numbers, at) => {
      const place = at % numbers.length
      const expected = Uint32Array.from(numbers).sort()[place] ?? -1
      const found = Uint32Array.from(numbers)
      expect(smallest(found, place)).toBe(expected)
      expect(found.sort()).toEqual(Uint32Array.from(numbers).sort())
      expect(numberOf(found, expected)).toBe(numbers.filter((one) => one === expected).length)
    }),
    { numRuns: 2000 },
  )
})
