import { StudioError } from '../problem.ts'
import { bitsPerElement } from '../tensor/dtype.ts'
import type { TensorInfo } from '../tensor/tensor.ts'
import { readRange } from './blob.ts'
import type { WeightFile } from './checkpoint.ts'

/** Bytes of storage held at a time; a view that spans more is gathered window by window. */
export const WINDOW_BYTES = 32 * 1024 * 1024

/** Consecutive elements of a view along its last dimension. */
interface Run {
  /** Index of the first element in the view's storage, from `TensorInfo.offset`. */
  readonly start: number
  readonly count: number
}

/**
 * Gathers elements [from, to), in row-major order, of a view whose elements lie `strides` apart.
 * Reads the stretch of storage between the first and the last of them, in windows, leaving out windows that hold none.
 */
export async function readStrided(
  file: WeightFile,
  tensor: TensorInfo,
  strides: readonly number[],
  from: number,
  to: number,
  windowBytes = WINDOW_BYTES,
): Promise<Uint8Array<ArrayBuffer>> {
  const width = bitsPerElement(tensor.dtype) / 8
  const result = new Uint8Array((to - from) * width)
  const view = joinDimensions(tensor.shape, strides)
  const runs = [...listRuns(view.shape, view.strides, from, to)]
  const stride = view.strides.at(-1) ?? 0
  const first = runs.reduce((least, run) => Math.min(least, run.start), Number.POSITIVE_INFINITY)
  const last = runs.reduce((most, run) => Math.max(most, run.start + (run.count - 1) * stride), -1)
  const windowElements = Math.max(1, Math.floor(windowBytes / width))
  const output = elements(result, width)
  for (let begin = first; begin <= last; begin += windowElements) {
    const end = Math.min(begin + windowElements, last + 1)
    let input: Elements | null = null
    let written = 0
    for (const { start, count } of runs) {
      // Elements k of this run with begin <= start + k * stride < end.
      const low = stride === 0 ? (start >= begin ? 0 : count) : Math.max(0, Math.ceil((begin - start) / stride))
      const high = stride === 0 ? (start < end ? count : 0) : Math.min(count, Math.ceil((end - start) / stride))
      if (low < high) {
        input ??= elements(await readWindow(file, tensor, begin * width, end * width), width)
        copy(input, start + low * stride - begin, stride, output, written + low, high - low)
      }
      written += count
    }
  }
  return result
}

/** Joins neighbouring dimensions that are walked with one stride, so that runs are as long as they can be. */
function joinDimensions(shape: readonly number[], strides: readonly number[]): { shape: number[]; strides: number[] } {
  const joined = { shape: [] as number[], strides: [] as number[] }
  for (const [d, size] of shape.entries()) {
    const stride = strides[d] as number
    if (size === 1) continue
    const outer = joined.strides.at(-1)
    if (outer === size * stride) {
      joined.shape.push((joined.shape.pop() as number) * size)
      joined.strides.pop()
    } else joined.shape.push(size)
    joined.strides.push(stride)
  }
  return joined
}

function readWindow(file: WeightFile, tensor: TensorInfo, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  return readRange(file, tensor.offset + from, tensor.offset + to, `tensor "${tensor.name}"`)
}

function* listRuns(shape: readonly number[], strides: readonly number[], from: number, to: number): Generator<Run> {
  const length = shape.at(-1) ?? 1
  const stride = strides.at(-1) ?? 0
  for (let at = from; at < to; ) {
    const row = Math.floor(at / length)
    const column = at - row * length
    const count = Math.min(length - column, to - at)
    let start = column * stride
    let rest = row
    for (let d = shape.length - 2; d >= 0; d--) {
      const size = shape[d] as number
      start += (rest % size) * (strides[d] as number)
      rest = Math.floor(rest / size)
    }
    yield { start, count }
    at += count
  }
}

/** Integers of an element's width, so that no bit of a NaN is changed on the way. */
type Elements = Uint8Array | Uint16Array | Uint32Array | BigUint64Array

function elements(bytes: Uint8Array<ArrayBuffer>, width: number): Elements {
  if (width === 8) return new BigUint64Array(bytes.buffer)
  if (width === 4) return new Uint32Array(bytes.buffer)
  if (width === 2) return new Uint16Array(bytes.buffer)
  if (width === 1) return bytes
  throw new StudioError(`elements of ${width} bytes cannot be gathered`)
}

function copy(input: Elements, at: number, stride: number, output: Elements, to: number, count: number): void {
  for (let k = 0; k < count; k++) output[to + k] = input[at + k * stride] as never
}
