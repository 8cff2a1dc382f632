import { StudioError } from '../problem.ts'
import { bitsPerElement } from '../tensor/dtype.ts'
import { elementCount, type TensorInfo } from '../tensor/tensor.ts'
import type { TorchView } from './torch-tensors.ts'

/** A view that repeats elements (a stride of 0) may be larger than its storage, up to this; more is an attack on the disk. */
const MAX_EXPANDED_BYTES = 16 * 1024 * 1024

/**
 * Checks that a view stays inside its storage and gives it its place in the file.
 * @param storageOffset byte offset of the storage's first byte in the file
 * @throws StudioError naming file and tensor
 */
export function placeView(view: TorchView, file: string, fileIndex: number, storageOffset: number): TensorInfo {
  const { name, dtype, storage, shape, strides } = view
  const fail = (what: string) => new StudioError(`${file}: tensor "${name}" ${what}.`)
  const width = bitsPerElement(dtype) / 8
  const available = Math.floor((storage.to - storage.from) / width)
  const count = elementCount(shape)
  // The furthest element; doubles round beyond 2^53, but never back below a storage's size.
  const last = shape.reduce((sum, size, d) => sum + (size - 1) * (strides[d] as number), view.offset)
  if (view.offset > available || (count > 0 && last >= available)) {
    throw fail(
      `reaches outside its storage: with offset ${view.offset}, shape [${shape.join(', ')}] and stride [${strides.join(', ')}] it needs element ${count > 0 ? last : view.offset}, but there are only ${available}`,
    )
  }
  const byteLength = count * width
  if (byteLength > Math.max(storage.byteLength, MAX_EXPANDED_BYTES)) {
    throw fail(
      `repeats its storage by a stride of [${strides.join(', ')}] and expands ${storage.byteLength} bytes to ${byteLength}, a size beyond the limit of ${MAX_EXPANDED_BYTES}`,
    )
  }
  const offset = storageOffset + storage.from + view.offset * width
  const placed = { name, dtype, shape, byteLength, file: fileIndex, offset }
  return isContiguous(shape, strides) ? placed : { ...placed, strides }
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.includes(0)) return true
  let expected = 1
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d] as number
    // Where there is only one place along a dimension, its stride does not matter.
    if (size !== 1 && strides[d] !== expected) return false
    expected *= size
  }
  return true
}
