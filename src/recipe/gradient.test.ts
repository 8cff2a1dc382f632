import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateGradient, layerPosition } from './gradient.ts'

const value = fc.double({ min: -2, max: 2, noNaN: true }).map((number) => number + 0)
const points = fc.array(value, { minLength: 1, maxLength: 12 })
const position = fc.double({ min: 0, max: 1, noNaN: true })

describe('a gradient', () => {
  test('stays between its smallest and its largest point', () => {
    fc.assert(
      fc.property(points, position, (values, at) => {
        const t = evaluateGradient(values, at)
        expect(t).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12)
        expect(t).toBeLessThanOrEqual(Math.max(...values) + 1e-12)
      }),
    )
  })

  test('has its first point at depth 0 and its last at depth 1, exactly', () => {
    fc.assert(
      fc.property(points, (values) => {
        expect(evaluateGradient(values, 0)).toBe(values[0])
        expect(evaluateGradient(values, 1)).toBe(values.at(-1))
      }),
    )
  })

  test('is linear between neighbouring points', () => {
    fc.assert(
      fc.property(points, position, fc.nat(), (values, within, pick) => {
        fc.pre(values.length > 1)
        const i = pick % (values.length - 1)
        const at = (i + within) / (values.length - 1)
        const [from = 0, to = 0] = values.slice(i, i + 2)
        expect(evaluateGradient(values, at)).toBeCloseTo(from + within * (to - from), 9)
      }),
    )
  })

  test('of one point, or a number, is the same at every depth', () => {
    fc.assert(
      fc.property(value, position, (number, at) => {
        expect(evaluateGradient(number, at)).toBe(number)
        expect(evaluateGradient([number], at)).toBe(number)
      }),
    )
  })
})

describe('the depth of a layer', () => {
  test('runs from 0 at the first to 1 at the last', () => {
    expect([0, 1, 2, 3, 4].map((i) => layerPosition(i, 5))).toEqual([0, 0.25, 0.5, 0.75, 1])
  })

  test('is 1 for the only layer of a slice', () => {
    expect(layerPosition(0, 1)).toBe(1)
  })
})

describe('over the 80 layers of the lzlv recipe', () => {
  const layers = [0, 1, 20, 39, 40, 60, 79]

  // Computed with mergekit of today; embed_tokens, norm and lm_head stand at depth 0.
  test.each([
    ['the first component', [0.25, 0.3, 0.5], [0.25, 0.2513, 0.2753, 0.2994, 0.3025, 0.4038, 0.5], 0.25],
    ['the second component', [0.4, 0.3, 0.25], [0.4, 0.3975, 0.3494, 0.3013, 0.2994, 0.2741, 0.25], 0.4],
  ])('%s has the t that mergekit gives', (_, gradient, expected, atZero) => {
    for (const [index, layer] of layers.entries()) {
      expect(evaluateGradient(gradient, layerPosition(layer, 80))).toBeCloseTo(expected[index] ?? Number.NaN, 4)
    }
    expect(evaluateGradient(gradient, 0)).toBe(atZero)
  })
})
