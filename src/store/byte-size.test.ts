import { expect, test } from 'vitest'
import { parseByteSize } from './byte-size.ts'

test('a size is read in decimal and binary units, in any case, with or without a space', () => {
  expect(parseByteSize('5GB')).toBe(5_000_000_000)
  expect(parseByteSize(' 500 mb ')).toBe(500_000_000)
  expect(parseByteSize('1.5GiB')).toBe(1_610_612_736)
  expect(parseByteSize('4096')).toBe(4096)
})

test('what is not a size above zero is refused', () => {
  for (const text of ['', 'GB', '0', '-1GB', '5 G B', '5GBs', '1e9', '0.2', '99999999TB'])
    expect(parseByteSize(text)).toBeNull()
})
