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

test('and those of F32, and none where bytes are no floats', () => {
  const f32 = new Uint8Array(Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY, -0).buffer)
  expect(counted(f32, 'F32')).toEqual({ nan: 1, infinite: 1 })
  expect(counted(f32, 'I32')).toEqual({ nan: 0, infinite: 0 })
})
