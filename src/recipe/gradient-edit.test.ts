import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateGradient } from './gradient.ts'
import {
  changePoints,
  formatGradient,
  formatNumber,
  insertPoint,
  mirror,
  movePoint,
  parseGradient,
  pointsOf,
  removePoint,
  resample,
  swapEnds,
} from './gradient-edit.ts'
import { PRESETS, scalePreset } from './presets.ts'
import type { Gradient } from './recipe.ts'
import { found, slerp, t } from './recipe-text.ts'

const value = fc.double({ min: -2, max: 2, noNaN: true }).map((number) => number + 0)
const gradient: fc.Arbitrary<Gradient> = fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 12 }))
const position = fc.double({ min: 0, max: 1, noNaN: true })

describe('a gradient edited by hand', () => {
  test('is set, added to and multiplied at the selected points alone', () => {
    expect(changePoints([0.1, 0.2, 0.3], [0, 2], 'set', 0.5)).toEqual([0.5, 0.2, 0.5])
    expect(changePoints([0.1, 0.2, 0.3], [1], 'add', 0.1)).toEqual([0.1, 0.3, 0.3])
    expect(changePoints([0.1, 0.2, 0.3], null, 'multiply', 3)).toEqual([0.3, 0.6, 0.9])
    expect(changePoints(0.1, null, 'add', 0.2)).toBe(0.3)
  })

  test('gets, loses and moves points', () => {
    expect(insertPoint([0, 1], 1)).toEqual([0, 0.5, 1])
    expect(insertPoint([0, 1], 2)).toEqual([0, 1, 1])
    expect(insertPoint(0.5, 0, 0)).toEqual([0, 0.5])
    expect(removePoint([0, 0.5, 1], 1)).toEqual([0, 1])
    expect(removePoint([0, 1], 0)).toBe(1)
    expect(removePoint([0.5], 0)).toEqual([0.5])
    expect(removePoint([0, 1], 5)).toEqual([0, 1])
    expect(movePoint([0, 1], 1, 0.7)).toEqual([0, 0.7])
  })

  test('mirrored twice, or with its ends swapped twice, is what it was', () => {
    fc.assert(
      fc.property(gradient, (each) => {
        expect(mirror(mirror(each))).toEqual(each)
        const [twice, once] = [pointsOf(swapEnds(swapEnds(each))), pointsOf(each)]
        for (const [i, point] of twice.entries()) expect(point).toBeCloseTo(once[i] ?? Number.NaN, 14)
      }),
    )
    expect(swapEnds([0.25, 0.3, 0.9])).toEqual([0.75, 0.7, 0.1])
  })

  test('mirrored, has at a depth what it had at the opposite one', () => {
    fc.assert(
      fc.property(gradient, position, (each, at) => {
        expect(evaluateGradient(mirror(each), at)).toBeCloseTo(evaluateGradient(each, 1 - at), 9)
      }),
    )
  })

  test('resampled, keeps its values where the new points are, and all of them at a multiple of its sections', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 2, maxLength: 8 }),
        fc.integer({ min: 2, max: 30 }),
        position,
        (each, count, at) => {
          const fewer = resample(each, count)
          for (let i = 0; i < count; i++) {
            const here = i / (count - 1)
            expect(evaluateGradient(fewer, here)).toBeCloseTo(evaluateGradient(each, here), 9)
          }
          const finer = resample(each, (each.length - 1) * 3 + 1)
          expect(evaluateGradient(finer, at)).toBeCloseTo(evaluateGradient(each, at), 9)
        },
      ),
    )
    expect(resample([0, 1], 1)).toBe(0.5)
  })
})

describe('a gradient as text', () => {
  test('is read back as it was, by a person’s eye and by YAML', () => {
    fc.assert(
      fc.property(gradient, (each) => {
        expect(parseGradient(formatGradient(each))).toEqual(each)
        expect(t(slerp(formatGradient(each)))).toEqual([[null, each]])
        expect(found(slerp(formatGradient(each))).filter((line) => !line.includes('outside 0 to 1'))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test.each([
    ['0.5', 0.5],
    [' .25 ', 0.25],
    ['0.25 0.3, 0.5', [0.25, 0.3, 0.5]],
    ['[0.25; 0.3]', [0.25, 0.3]],
    ['[0.5]', [0.5]],
    ['1e-3', 0.001],
    ['', null],
    ['[]', null],
    ['half', null],
    ['0.5 x', null],
    ['1e999', null],
  ])('%j is %j', (text, expected) => {
    expect(parseGradient(text)).toEqual(expected)
  })

  test('writes numbers that mergekit takes for numbers', () => {
    expect([1e-9, 1.5e-7, 1e21, 0.1, 1, -0].map(formatNumber)).toEqual(['1.0e-9', '1.5e-7', '1.0e+21', '0.1', '1', '0'])
  })
})

describe('presets', () => {
  test('lie between 0 and 1, and between other bounds when scaled', () => {
    for (const preset of PRESETS) {
      for (const lane of scalePreset(preset, 0.2, 0.6)) {
        for (const point of pointsOf(lane.value)) {
          expect(point).toBeGreaterThanOrEqual(0.2)
          expect(point).toBeLessThanOrEqual(0.6)
        }
      }
      expect(scalePreset(preset, 0, 1)).toEqual(preset.lanes)
    }
  })
})
