import { expect, it } from 'vitest'
import type { TensorInfo } from '../tensor/tensor.ts'
import { refusalOf } from './fixtures/folders.ts'
import { readStrided } from './strided.ts'
import { readTensorBytes } from './tensor-bytes.ts'

const storage = Uint16Array.from({ length: 240 }, (_, i) => i)
const file = { name: 'a.bin', blob: new Blob([new Uint8Array(3), storage]) }

function view(shape: number[], strides: number[], offset = 0): TensorInfo & { strides: number[] } {
  const count = shape.reduce((product, size) => product * size, 1)
  return { name: 'w', dtype: 'F16', shape, strides, byteLength: 2 * count, file: 0, offset: 3 + 2 * offset }
}

/** The elements one by one, straight from the definition of strides. */
function expected(shape: readonly number[], strides: readonly number[], offset: number): number[] {
  const [size, ...sizes] = shape
  const [stride, ...rest] = strides
  if (size === undefined || stride === undefined) return [offset]
  return Array.from({ length: size }, (_, i) => expected(sizes, rest, offset + i * stride)).flat()
}

const views = [
  view([12, 20], [1, 12]),
  view([5, 3], [20, 2], 7),
  view([3, 4, 5], [20, 0, 3], 11),
  view([2, 3, 1, 4], [100, 8, 9, 2]),
  view([4, 3], [0, 0], 239),
  view([7], [30], 2),
  view([3, 2, 2], [2, 6, 1]),
]

it('gathers any range of any view, however small the window', async () => {
  for (const tensor of views) {
    const all = expected(tensor.shape, tensor.strides, (tensor.offset - 3) / 2)
    for (const windowBytes of [2, 14, 64, 100000]) {
      for (const [from, to] of [
        [0, all.length],
        [1, all.length - 1],
        [3, 4],
        [2, 2],
      ] as const) {
        const bytes = await readStrided(file, tensor, tensor.strides, from, to, windowBytes)
        expect([...new Uint16Array(bytes.buffer)], `${tensor.shape} ${windowBytes}`).toEqual(all.slice(from, to))
      }
    }
  }
})

it('reads a contiguous tensor with one slice, from any element on', async () => {
  const { strides: _, ...tensor } = view([12, 20], [20, 1])
  expect([...new Uint16Array((await readTensorBytes([file], tensor, 21, 24)).buffer)]).toEqual([21, 22, 23])
})

it('names the file and the tensor where the file was changed after it was opened', async () => {
  const gone = {
    size: 483,
    slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')) }),
  }
  const message = await refusalOf(
    readTensorBytes([{ name: 'a.bin', blob: gone as unknown as Blob }], view([2], [3]), 0, 2),
  )
  expect(message).toMatch(/^a\.bin: tensor "w" could not be read because the file was changed/)
})
