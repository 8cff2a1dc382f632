import { StudioError } from '../problem.ts'
import { bitsPerElement } from '../tensor/dtype.ts'
import { readRange } from './blob.ts'
import type { WeightFile } from './checkpoint.ts'
import { mapConcurrently } from './concurrent.ts'
import { type Unpickled, unpickle } from './pickle.ts'
import { PickleDict, PickleList, type PicklePersistent } from './pickle-values.ts'
import type { TorchContents } from './torch-contents.ts'
import { placeView } from './torch-place.ts'
import { readStorage, type TorchStorage } from './torch-storage.ts'
import { listTensors } from './torch-tensors.ts'

const MAGIC = 0x1950a86a20f9469cfc6cn
const VERSION = 1001
/** The pickles come first; as many bytes are read, and four times as many again until they end. */
const FIRST_READ_BYTES = 1024 * 1024
const MAX_PICKLE_BYTES = 64 * 1024 * 1024
const COUNT_BYTES = 8
const COUNTS_AT_ONCE = 16

/**
 * Reads a PyTorch file from before version 1.6: pickles of a magic number, a version, the system, the state dict and the
 * list of storage keys; then, for each key, a count of 8 bytes and the elements.
 */
export async function readTorchLegacy(file: WeightFile, fileIndex: number): Promise<TorchContents> {
  const { root, keys, end } = await readPickles(file)
  const { views, problems } = listTensors(root.value, file.name)
  const storages = collectStorages(file.name, root.persistent)
  const offsets = new Map<string, number>()
  const counts: { at: number; storage: TorchStorage }[] = []
  let at = end
  for (const key of keys) {
    const storage = storages.get(key)
    if (storage === undefined) {
      throw new StudioError(
        `${file.name}: the size of the storage ${key}, and so the place of those after it, is not known.`,
      )
    }
    counts.push({ at, storage })
    offsets.set(key, at + COUNT_BYTES)
    at += COUNT_BYTES + storage.byteLength
  }
  const owners = new Map(views.map((view) => [view.storage.key, `storage of tensor "${view.name}"`]))
  await mapConcurrently(counts, COUNTS_AT_ONCE, ({ at, storage }) =>
    checkCount(file, at, storage, owners.get(storage.key) ?? `storage ${storage.key}`),
  )
  if (at !== file.blob.size)
    throw new StudioError(`${file.name}: ${file.blob.size - at} bytes follow after the last storage.`)
  const tensors = views.map((view) => {
    const offset = offsets.get(view.storage.key)
    if (offset === undefined) {
      throw new StudioError(
        `${file.name}: tensor "${view.name}" needs the storage ${view.storage.key}, which is missing from the file.`,
      )
    }
    return placeView(view, file.name, fileIndex, offset)
  })
  return { tensors, problems }
}

interface Pickles {
  readonly root: Unpickled
  readonly keys: readonly string[]
  readonly end: number
}

async function readPickles(file: WeightFile): Promise<Pickles> {
  for (let length = FIRST_READ_BYTES; ; length *= 4) {
    const size = Math.min(length, file.blob.size)
    const pickles = parsePickles(file.name, await readRange(file, 0, size, 'the pickle'))
    if (pickles !== null) return pickles
    if (size === file.blob.size)
      throw new StudioError(`${file.name}: the pickle is truncated: the file ends before its STOP.`)
    if (size >= MAX_PICKLE_BYTES)
      throw new StudioError(`${file.name}: the pickle has more than ${MAX_PICKLE_BYTES} bytes.`)
  }
}

/** @returns null where more bytes are needed */
function parsePickles(name: string, bytes: Uint8Array): Pickles | null {
  const magic = unpickle(bytes, 0, name)
  if (magic === null) return null
  if (magic.value !== MAGIC) {
    throw new StudioError(
      `${name}: not a PyTorch checkpoint: it is a pickle, but does not begin with PyTorch's magic number.`,
    )
  }
  const version = unpickle(bytes, magic.end, name)
  if (version === null) return null
  if (version.value !== VERSION) {
    throw new StudioError(
      `${name}: the file has the format version ${String(version.value)}, where only ${VERSION} is known.`,
    )
  }
  const system = unpickle(bytes, version.end, name)
  if (system === null) return null
  if (system.value instanceof PickleDict && system.value.entries.get('little_endian') === false) {
    throw new StudioError(`${name}: the file was saved on a big-endian machine; only little-endian ones are read.`)
  }
  const root = unpickle(bytes, system.end, name)
  const keys = root === null ? null : unpickle(bytes, root.end, name)
  if (root === null || keys === null) return null
  if (!(keys.value instanceof PickleList) || !keys.value.items.every((key) => typeof key === 'string')) {
    throw new StudioError(`${name}: the list of storages is not a list of keys.`)
  }
  const list = keys.value.items as string[]
  if (new Set(list).size !== list.length) throw new StudioError(`${name}: the list of storages has a key twice.`)
  return { root, keys: list, end: keys.end }
}

/** All storages that the pickle mentions, those of values that are left out (an optimizer's) among them. */
function collectStorages(name: string, references: readonly PicklePersistent[]): ReadonlyMap<string, TorchStorage> {
  const storages = new Map<string, TorchStorage>()
  for (const reference of references) {
    const storage = readStorage(reference, (what) => new StudioError(`${name}: a value ${what}.`))
    const other = storages.get(storage.key) ?? storage
    if (other.type !== storage.type || other.byteLength !== storage.byteLength) {
      throw new StudioError(
        `${name}: two values contradict each other about the storage ${storage.key} that they share.`,
      )
    }
    storages.set(storage.key, storage)
  }
  return storages
}

async function checkCount(file: WeightFile, at: number, storage: TorchStorage, what: string): Promise<void> {
  const end = at + COUNT_BYTES + storage.byteLength
  if (end > file.blob.size) {
    throw new StudioError(
      `${file.name}: the ${what} reaches past the end of the file (byte ${end} of ${file.blob.size}): the file is truncated.`,
    )
  }
  const bytes = await readRange(file, at, at + COUNT_BYTES, `the ${what}`)
  const count = new DataView(bytes.buffer).getBigInt64(0, true)
  const expected = (storage.byteLength * 8) / bitsPerElement(storage.dtype)
  if (count !== BigInt(expected)) {
    throw new StudioError(
      `${file.name}: the ${what} has a count of ${count} elements, a mismatch with the ${expected} that the tensor says.`,
    )
  }
}
