import { expect, it } from 'vitest'
import { exp, logRatio } from './exponential.ts'

it('gives exponentials as exact as float64 has them', () => {
  for (let x = -700; x < 700; x += 0.37) expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-15)
  expect(exp(0)).toBe(1)
})

it('gives logarithms of quotients, exact also where they are nearly 1', () => {
  for (let x = -20; x < 20; x += 0.0371) {
    const p = Math.exp(x)
    expect(Math.abs(logRatio(p, 1) - Math.log(p))).toBeLessThan(1e-15 * Math.max(1, Math.abs(x)))
  }
  expect(logRatio(3, 3)).toBe(0)
  expect(Math.abs(logRatio(1 + 2 ** -40, 1) * 2 ** 40 - 1)).toBeLessThan(1e-11)
})
