import { expect, it } from 'vitest'
import type { DType } from '../tensor/dtype.ts'
import { fixture, refusalOf } from './fixtures/folders.ts'
import { readSafetensors } from './safetensors.ts'
import { encodeSafetensorsHeader } from './safetensors-header.ts'

/** A file of a header text and as many zero bytes of data. */
function fileOf(header: string, dataBytes: number): Blob {
  const text = new TextEncoder().encode(header)
  const length = new BigUint64Array([BigInt(text.length)])
  return new Blob([length, text, new Uint8Array(dataBytes)])
}

const tensor = (offsets: string, shape = '[4]', dtype = 'F32') =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`

it('reads back the header that the writer makes, with names that objects would reorder or lose', async () => {
  const tensors: { name: string; dtype: DType; shape: number[]; byteLength: number }[] = [
    { name: 'b', dtype: 'F32', shape: [2, 3], byteLength: 24 },
    { name: '10', dtype: 'BF16', shape: [5], byteLength: 10 },
    { name: '__proto__', dtype: 'U8', shape: [], byteLength: 1 },
    { name: 'empty "quoted"', dtype: 'F16', shape: [0, 7], byteLength: 0 },
  ]
  const metadata = new Map([
    ['format', 'pt'],
    ['__proto__', 'é'],
  ])
  const { header, offsets, byteLength } = encodeSafetensorsHeader(tensors, metadata)
  expect(header.length % 64).toBe(0)
  const read = await readSafetensors('a.safetensors', new Blob([header, new Uint8Array(byteLength - header.length)]), 3)
  expect(read.metadata).toEqual(metadata)
  expect(read.tensors).toEqual(tensors.map((expected, i) => ({ ...expected, file: 3, offset: offsets[i] })))
  expect(offsets).toEqual([header.length, header.length + 24, header.length + 34, header.length + 35])
})

it('writes an empty file, and says that it is for PyTorch unless told otherwise', async () => {
  const { header, byteLength } = encodeSafetensorsHeader([])
  expect(byteLength).toBe(header.length)
  const read = await readSafetensors('a.safetensors', new Blob([header]))
  expect([read.tensors, read.metadata]).toEqual([[], new Map([['format', 'pt']])])
})

it('accepts the header that the reference library wrote', async () => {
  const { tensors } = await readSafetensors('views.safetensors', fixture('./views.safetensors'))
  expect(tensors.length).toBe(506)
})

it.each([
  ['two tensors on the same bytes', `{"a":${tensor('[0,16]')},"b":${tensor('[8,24]')}}`, 24, 'overlap'],
  ['a hole', `{"a":${tensor('[0,16]')},"b":${tensor('[20,36]')}}`, 36, 'hole of 4 bytes'],
  ['bytes after the last tensor', `{"a":${tensor('[0,16]')}}`, 17, '1 bytes after tensor "a"'],
  ['a file that is cut off', `{"a":${tensor('[0,16]')}}`, 15, 'truncated'],
  ['offsets that run backwards', `{"a":${tensor('[16,0]')}}`, 16, 'backwards'],
  ['a size that differs from the offsets', `{"a":${tensor('[0,12]')}}`, 12, '16 bytes, but its data_offsets span 12'],
  ['a fractional size', `{"a":${tensor('[0,16]', '[4.0]')}}`, 16, 'shape'],
  ['half a byte', `{"a":${tensor('[0,2]', '[3]', 'F4')}}`, 2, 'whole bytes'],
  ['an unknown dtype', `{"a":${tensor('[0,16]', '[4]', 'toString')}}`, 16, '"toString"'],
  ['a header that is no object', '[]', 0, 'not a JSON object'],
  ['metadata that are no strings', '{"__metadata__":{"a":1}}', 0, '"a"'],
])('refuses %s', async (_, header, dataBytes, words) => {
  const message = await refusalOf(readSafetensors('some.safetensors', fileOf(header, dataBytes)))
  expect(message).toContain('some.safetensors')
  expect(message).toContain(words)
})

it('says what a file is that only has the name of a safetensors file', async () => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n'
  const page = '\n<!DOCTYPE html><html><body>Not found</body></html>'
  expect(await refusalOf(readSafetensors('a.safetensors', new Blob([pointer])))).toContain('git LFS pointer')
  expect(await refusalOf(readSafetensors('a.safetensors', new Blob([page])))).toContain('HTML web page')
  expect(await refusalOf(readSafetensors('a.safetensors', new Blob(['GGUF    '])))).toContain('GGUF')
  expect(await refusalOf(readSafetensors('a.safetensors', new Blob([])))).toContain('empty')
})

it('asks for nothing that a header length promises beyond the cap or the file', async () => {
  const lengthOnly = (length: bigint) => new Blob([new BigUint64Array([length]), 'x'])
  expect(await refusalOf(readSafetensors('a.safetensors', lengthOnly(100_000_001n)))).toContain('at most 100000000')
  expect(await refusalOf(readSafetensors('a.safetensors', lengthOnly(99_999_999n)))).toContain('truncated')
})

it('is not misled by a header length whose bytes begin like a gzip file', async () => {
  const header = `{"a":${tensor('[0,16]')}}`.padEnd(0x8b1f)
  expect((await readSafetensors('a.safetensors', fileOf(header, 16))).tensors[0]?.name).toBe('a')
})
