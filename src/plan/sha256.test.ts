import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { sha256 } from './sha256.ts'

test('texts of every length round a block give the digests that the platform gives', () => {
  for (let length = 0; length <= 200; length++) {
    const text = 'slerp, ärger, 球面線形補間. '.repeat(10).slice(0, length)
    expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'))
  }
})

test('a long text gives the digest that the platform gives', () => {
  const text = '0123456789'.repeat(20_001)
  expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'))
})
