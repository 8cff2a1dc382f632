import type { StudioError } from '../problem.ts'
import { bitsPerElement, type DType } from '../tensor/dtype.ts'
import { PickleCall, PickleGlobal, PicklePersistent, PickleTuple, type PickleValue } from './pickle-values.ts'
import { SIZE, STORAGE_DTYPES } from './torch-globals.ts'

/** A storage that tensors are views of, as the pickle refers to it. */
export interface TorchStorage {
  /** Its class. */
  readonly type: string
  readonly dtype: DType
  /** Its name in the file. */
  readonly key: string
  /** Bytes of the storage under that name. */
  readonly byteLength: number
  /** The bytes of it that views may use: all, but for the part of a storage that very old files know. */
  readonly from: number
  readonly to: number
}

type Fail = (what: string) => StudioError

/**
 * Reads the persistent id that PyTorch writes for a storage: ('storage', class, key, location, count), and in old files
 * a view (key, offset, count). The location (cpu, cuda:0) is only a hint and is ignored.
 */
export function readStorage(value: PickleValue | undefined, fail: Fail): TorchStorage {
  const id = value instanceof PicklePersistent && value.id instanceof PickleTuple ? value.id.items : null
  if (id === null || id[0] !== 'storage') throw fail('does not refer to a storage of this file')
  const [, type, key, , count, part] = id
  const dtype = type instanceof PickleGlobal ? STORAGE_DTYPES.get(type.name) : undefined
  if (!(type instanceof PickleGlobal) || dtype === undefined) throw fail('has a storage of an unknown kind')
  if (typeof key !== 'string' || !/^\d+$/.test(key)) {
    throw fail(`has a storage with the key ${JSON.stringify(String(key))}, where only digits are allowed`)
  }
  if (typeof count !== 'number' || count < 0) {
    throw fail(`has a storage (${key}) whose element count ${String(count)} is past what any file holds`)
  }
  const width = bitsPerElement(dtype) / 8
  const whole = { type: type.name, dtype, key, byteLength: count * width }
  if (!(part instanceof PickleTuple)) return { ...whole, from: 0, to: whole.byteLength }
  const [, offset, length] = part.items
  if (typeof offset !== 'number' || typeof length !== 'number' || offset < 0 || length < 0 || offset + length > count) {
    throw fail('uses a part of a storage that reaches outside it')
  }
  return { ...whole, from: offset * width, to: (offset + length) * width }
}

/** Reads a tuple, or torch.Size, of whole numbers of at least 0. */
export function readSizes(value: PickleValue | undefined, what: string, fail: Fail): readonly number[] {
  const tuple = value instanceof PickleCall && value.callee === SIZE ? value.args[0] : value
  if (tuple === undefined || tuple === null || typeof tuple !== 'object' || !('items' in tuple)) {
    throw fail(`has something other than a tuple as ${what}`)
  }
  return tuple.items.map((size) => {
    if (typeof size !== 'number' || size < 0) {
      const found = typeof size === 'number' || typeof size === 'bigint' ? String(size) : 'something else'
      throw fail(`has a ${what} that is not a whole number of at least 0: ${found}`)
    }
    return size
  })
}
