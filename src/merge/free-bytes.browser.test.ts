import { expect, it } from 'vitest'
import { freeBytes } from './free-bytes.ts'

it('takes the memory from bytes that are not needed any more, also where two inputs are the same', () => {
  const bytes = new Uint8Array(1024)
  const other = new Uint8Array(8)
  freeBytes([bytes, bytes])
  expect(bytes.length).toBe(0)
  expect(bytes.buffer.byteLength).toBe(0)
  expect(other.length).toBe(8)
})
