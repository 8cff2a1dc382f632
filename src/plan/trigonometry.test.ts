import fc from 'fast-check'
import { expect, test } from 'vitest'
import { acos, sin } from './trigonometry.ts'

test('sine agrees with the platform to a few units in the last place', () => {
  fc.assert(
    fc.property(fc.double({ min: -10, max: 10, noNaN: true }), (x) => {
      expect(Math.abs(sin(x) - Math.sin(x))).toBeLessThan(5e-16)
    }),
    { numRuns: 2000 },
  )
})

test('arc cosine agrees with the platform to a few units in the last place', () => {
  fc.assert(
    fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (x) => {
      expect(Math.abs(acos(x) - Math.acos(x))).toBeLessThan(2e-15)
    }),
    { numRuns: 2000 },
  )
})

test('small angles keep their relative precision', () => {
  for (const x of [0.9995, 0.999999, 1 - 1e-12, 1 - 2 ** -53]) {
    expect(acos(x) / Math.acos(x)).toBeCloseTo(1, 14)
  }
  for (const x of [1e-3, 1e-9, 1e-300]) expect(sin(x) / Math.sin(x)).toBeCloseTo(1, 15)
})

test('the ends are exact', () => {
  expect(acos(1)).toBe(0)
  expect(acos(-1)).toBe(Math.PI)
  expect(sin(0)).toBe(0)
})
