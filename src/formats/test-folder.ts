import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { elementCount, type TensorInfo } from '../tensor/tensor.ts'
import type { ModelFolder, WeightFile } from './checkpoint.ts'
import { readTensorBytes } from './tensor-bytes.ts'

/** For tests only: a folder made of texts and bytes. */
export function folderOf(files: Readonly<Record<string, BlobPart>>, name = 'some-model'): ModelFolder {
  return { name, files: new Map(Object.entries(files).map(([file, part]) => [file, new Blob([part])])) }
}

/** For tests only: a file beside the tests, as a Blob. */
export function fixture(path: string): Blob {
  return new Blob([readFileSync(fileURLToPath(new URL(path, import.meta.url)))])
}

/** For tests only: a model folder of test/fixtures/conformance/models. */
export function conformanceModel(name: string): ModelFolder {
  const path = fileURLToPath(new URL(`../../test/fixtures/conformance/models/${name}`, import.meta.url))
  return { name, files: new Map(readdirSync(path).map((file) => [file, new Blob([readFileSync(join(path, file))])])) }
}

/** For tests only: all bytes of a tensor. */
export function wholeTensor(files: readonly WeightFile[], tensor: TensorInfo): Promise<Uint8Array<ArrayBuffer>> {
  return readTensorBytes(files, tensor, 0, elementCount(tensor.shape))
}

/** For tests only: the message that a promise is rejected with; fails where it is a bug's or there is none. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const cause = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(cause instanceof Error) || cause.name !== 'StudioError') throw new Error(`no StudioError but ${String(cause)}`)
  return cause.message
}
