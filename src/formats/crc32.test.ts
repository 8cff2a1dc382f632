import fc from 'fast-check'
import { expect, it } from 'vitest'
import { crc32, joinCrc32 } from './crc32.ts'
import { PiecesCrc } from './pieces-crc.ts'

const text = (words: string) => new TextEncoder().encode(words)

it('is the CRC-32 that the standard gives for its check words', () => {
  expect(crc32(text('123456789'))).toBe(0xcbf43926)
  expect(crc32(text(''))).toBe(0)
  expect(crc32(text('The quick brown fox jumps over the lazy dog'))).toBe(0x414fa339)
})

it('joins the sums of two pieces to that of the whole, however they are cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, at) => {
      const cut = Math.min(at, bytes.length)
      const [a, b] = [bytes.slice(0, cut), bytes.slice(cut)]
      expect(joinCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(bytes))
    }),
  )
})

it('sums pieces that come in any order, overlap, and reach beyond the range', () => {
  const piece = fc.tuple(fc.nat(99), fc.integer({ min: 1, max: 40 }))
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 100, maxLength: 100 }),
      fc.nat(99),
      fc.nat(99),
      fc.array(piece),
      (file, a, b, pieces) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const sum = new PiecesCrc(from, to)
        for (const [at, length] of pieces) sum.add(at, file.subarray(at, at + length))
        for (const [low, high] of sum.missing()) {
          expect(pieces.some(([at, length]) => at < high && Math.min(100, at + length) > low)).toBe(false)
          sum.add(low, file.subarray(low, high))
        }
        expect(sum.missing()).toEqual([])
        expect(sum.crc).toBe(crc32(file.subarray(from, to)))
      },
    ),
  )
})
