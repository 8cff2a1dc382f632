import { expect, test } from 'vitest'
import { formatBytes, formatParameters, formatRate, formatSeconds, formatTimeLeft } from './format.ts'

test('bytes and parameters have three digits and the right unit', () => {
  expect(formatBytes(0)).toBe('0 B')
  expect(formatBytes(137_953_296_384)).toBe('138 GB')
  expect(formatBytes(999_999)).toBe('1.00 MB')
  expect(formatBytes(154_784)).toBe('155 kB')
  expect(formatParameters(68_976_648_192)).toBe('69.0 B')
  expect(formatParameters(640)).toBe('640')
})

test('times are given in the units that people use', () => {
  expect(formatSeconds(4.21)).toBe('4.2 s')
  expect(formatSeconds(59.97)).toBe('1 min 00 s')
  expect(formatSeconds(3900)).toBe('1 h 05 min')
  expect(formatTimeLeft(3.2)).toBe('seconds left')
  expect(formatTimeLeft(3601)).toBe('1 h 01 min left')
})

test('a rate has the unit that gives it digits, and there is none before it means anything', () => {
  expect(formatRate(5e9, 2)).toBe('2.50 GB/s')
  expect(formatRate(971e3, 0.4)).toBe('2.43 MB/s')
  expect(formatRate(1200, 2)).toBe('600 B/s')
  expect(formatRate(5e9, 0)).toBeNull()
  expect(formatRate(247e3, 0.02)).toBeNull()
  expect(formatRate(0, 3)).toBeNull()
})
