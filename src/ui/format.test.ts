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

test('a rate before any time has passed is zero', () => {
  expect(formatRate(5e9, 0)).toBe('0.000 GB/s')
  expect(formatRate(5e9, 2)).toBe('2.50 GB/s')
})
