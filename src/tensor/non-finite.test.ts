import { expect, test } from 'vitest'
import { countNonFinite } from './non-finite.ts'

function counted(bytes: Uint8Array<ArrayBuffer>, dtype: 'BF16' | 'F16' | 'F32' | 'I32') {
  const count = { nan: 0, infinite: 0 }
  countNonFinite(bytes, dtype, count)
  return count
}

test('NaN and infinities of 16-bit floats are counted, also in the odd last element', () => {
  const bf16 = Uint16Array.of(0x3f80, 0x7f80, 0xff80, 0x7fc0, 0x7f7f, 0xff81, 0x0001, 0x7f80, 0x7fff)
  expect(counted(new Uint8Array(bf16.buffer), 'BF16')).toEqual({ nan: 3, infinite: 3 })
  const f16 = Uint16Array.of(0x7c00, 0x7bff, 0xfe00)
  expect(counted(new Uint8Array(f16.buffer), 'F16')).toEqual({ nan: 1, infinite: 1 })
})

test.each(['BF16', 'F16'] as const)(
  'of %s they are counted wherever they are, and large finite numbers are not',
  (dtype) => {
    const exponent = dtype === 'BF16' ? 0x7f80 : 0x7c00
    const lowest = dtype === 'BF16' ? 0x80 : 0x400
    // The largest of both signs, on which a count would carry over to its neighbour if it did.
    const halves = Uint16Array.from({ length: 2051 }, (_, e) =>
      e % 2 === 0 ? exponent - 1 : 0x8000 + exponent - lowest,
    )
    const none = new Uint8Array(halves.slice().buffer)
    expect(counted(none, dtype)).toEqual({ nan: 0, infinite: 0 })
    for (const place of [0, 1, 511, 512, 1022, 1535, 2047, 2048, 2050]) {
      const one = halves.slice()
      one[place] = exponent
      expect(counted(new Uint8Array(one.buffer), dtype), `infinity at ${place}`).toEqual({ nan: 0, infinite: 1 })
      one[place] = 0x8000 + exponent + 1
      expect(counted(new Uint8Array(one.buffer), dtype), `NaN at ${place}`).toEqual({ nan: 1, infinite: 0 })
    }
  },
)

test('and those of F32, and none where bytes are no floats', () => {
  const f32 = new Uint8Array(Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY, -0).buffer)
  expect(counted(f32, 'F32')).toEqual({ nan: 1, infinite: 1 })
  expect(counted(f32, 'I32')).toEqual({ nan: 0, infinite: 0 })
})
