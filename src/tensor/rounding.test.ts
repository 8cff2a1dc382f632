import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FloatDType } from './dtype.ts'
import { decodeFloat, encodeFloat, roundFloat, roundSignificand } from './rounding.ts'

const SIXTEEN: readonly FloatDType[] = ['F16', 'BF16']
const INFINITY = { F16: 0x7c00, BF16: 0x7f80, F32: 0x7f800000 } as const
const NAN = { F16: 0x7e00, BF16: 0x7fc0, F32: 0x7fc00000 } as const

const word = new DataView(new ArrayBuffer(4))
function float32(bits: number): number {
  word.setUint32(0, bits)
  return word.getFloat32(0)
}
function bitsOf(value: number): number {
  word.setFloat32(0, value)
  return word.getUint32(0)
}

describe.each(SIXTEEN)('%s', (dtype) => {
  it('gives back each of its 65536 bit patterns, and one NaN', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = decodeFloat(bits, dtype)
      const expected = (bits & 0x7fff) > INFINITY[dtype] ? NAN[dtype] : bits
      if (encodeFloat(value, dtype) !== expected) expect.fail(`bits ${bits} became ${encodeFloat(value, dtype)}`)
    }
  })

  it('rounds every tie between neighbours to the even one, and its neighbourhood to the nearer one', () => {
    for (let low = 0; low < INFINITY[dtype]; low++) {
      const high = low + 1
      const top = decodeFloat(low, dtype)
      // The tie above the largest value lies where the next value would be if the exponents went on.
      const next = high === INFINITY[dtype] ? 2 * top - decodeFloat(low - 1, dtype) : decodeFloat(high, dtype)
      const tie = (top + next) / 2
      const found = [tie, tie * (1 - 2 ** -50), tie * (1 + 2 ** -50), -tie].map((value) => encodeFloat(value, dtype))
      const even = low % 2 === 0 ? low : high
      if (found.join() !== [even, low, high, even + 0x8000].join()) expect.fail(`tie above ${low}: ${found.join()}`)
    }
  })
})

it('decodes BF16 as the upper half of an F32', () => {
  for (let bits = 0; bits < 65536; bits++)
    if (!Object.is(decodeFloat(bits, 'BF16'), float32(bits * 65536))) expect.fail(`bits ${bits}`)
})

it('agrees with the platform on F32, subnormal and infinite values included', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.integer({ min: 0, max: 0xffffffff }), (value, bits) => {
      expect(encodeFloat(value, 'F32')).toBe(bitsOf(value))
      const expected = float32(bits)
      expect(Object.is(decodeFloat(bits, 'F32'), expected)).toBe(true)
      expect(encodeFloat(expected * 1e-42, 'F32')).toBe(!Number.isNaN(expected) ? bitsOf(expected * 1e-42) : NAN.F32)
    }),
    { numRuns: 2000 },
  )
})

it('keeps the sign of zero', () => {
  expect(encodeFloat(-0, 'BF16')).toBe(0x8000)
  expect(encodeFloat(-1e-300, 'F16')).toBe(0x8000)
  expect(Object.is(roundFloat(-0, 'F16'), -0)).toBe(true)
})

it('shortens significands to the nearest, ties to even', () => {
  expect(roundSignificand(0b10101 / 64, 4)).toBe(0b10100 / 64)
  expect(roundSignificand(-0b10111 / 64, 4)).toBe(-0b11000 / 64)
  expect(roundSignificand(0b11111, 4)).toBe(0b100000)
  expect(roundSignificand(1 / 3, 60)).toBe(1 / 3)
})
