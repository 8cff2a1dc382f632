import fc from 'fast-check'
import { expect, it } from 'vitest'
import { between, numberBelow, numberOf, smallest } from './nth.ts'

it('finds the number at any place of the order, with few and with many equal ones', () => {
  const values = fc.oneof(
    fc.array(fc.nat(2 ** 31 - 1), { minLength: 1, maxLength: 300 }),
    fc.array(fc.nat(3), { minLength: 1, maxLength: 300 }),
  )
  fc.assert(
    fc.property(values, fc.nat(), fc.nat(), (numbers, at, before) => {
      const place = at % numbers.length
      const expected = Uint32Array.from(numbers).sort()[place] ?? -1
      const found = Uint32Array.from(numbers)
      expect(smallest(found, place)).toBe(expected)
      const later = place + (before % (numbers.length - place))
      expect(smallest(found, later, place)).toBe(Uint32Array.from(numbers).sort()[later])
      expect(found.sort()).toEqual(Uint32Array.from(numbers).sort())
      expect(numberOf(found, expected)).toBe(numbers.filter((one) => one === expected).length)
    }),
    { numRuns: 2000 },
  )
})

it('takes the numbers of a range, and counts those below one', () => {
  const numbers = Uint32Array.of(5, 0, 2 ** 31, 7, 5, 9)
  expect(between(numbers, 5, 7)).toEqual(Uint32Array.of(5, 7, 5))
  expect(between(numbers, 10, 20)).toEqual(new Uint32Array(0))
  expect([0, 5, 6, 2 ** 32 - 1].map((limit) => numberBelow(numbers, limit))).toEqual([0, 1, 3, 6])
})
