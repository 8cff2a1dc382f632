import { expect, test } from 'vitest'
import { fromOklab, inkOn, mixColours, parseRgb, ramp, toOklab } from './colour.ts'

const BLUE = toOklab([9, 74, 138])
const RED = toOklab([181, 39, 31])

test('a colour comes back from Oklab', () => {
  for (const colour of [
    [0, 0, 0],
    [255, 255, 255],
    [9, 74, 138],
    [244, 236, 108],
  ] as const)
    for (const [channel, value] of fromOklab(toOklab(colour)).entries())
      expect(Math.abs(value - (colour[channel] ?? 0))).toBeLessThan(0.01)
})

test('a mixture of one model is its own colour, and weights count by their proportion', () => {
  expect(mixColours([BLUE, RED], [1, 0])?.map(Math.round)).toEqual([9, 74, 138])
  expect(mixColours([BLUE, RED], [2, 6])).toEqual(mixColours([BLUE, RED], [1, 3]))
  expect(mixColours([BLUE, RED], [0, 0])).toBeNull()
  expect(mixColours([BLUE, RED], [Number.NaN, Number.NaN])).toBeNull()
})

test('a ramp begins and ends with its stops, and takes what lies beyond as its ends', () => {
  expect(ramp([BLUE, RED], 0)).toEqual(fromOklab(BLUE))
  expect(ramp([BLUE, RED], 1)).toEqual(fromOklab(RED))
  expect(ramp([BLUE, RED], 7)).toEqual(fromOklab(RED))
  expect(ramp([BLUE, RED], -1)).toEqual(fromOklab(BLUE))
})

test('what the browser computes for a colour is read, and gets a readable ink', () => {
  expect(parseRgb('rgb(9, 74, 138)')).toEqual([9, 74, 138])
  expect(inkOn([9, 74, 138])).toBe('#fff')
  expect(inkOn([244, 236, 108])).toBe('#000')
})
