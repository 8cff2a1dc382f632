import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { openCheckpoint } from '../src/formats/open-checkpoint.ts'
import { readTensorBytes } from '../src/formats/tensor-bytes.ts'
import { elementCount, type TensorInfo } from '../src/tensor/tensor.ts'

/** Small valid files, by their names in the corpus: one of each way that a file can be laid out. */
const SAFETENSORS = ['ok-unordered', 'ok-misaligned']
const ZIPS = ['pt-ok-plain', 'pt-ok-zip64', 'pt-ok-empty']
const LEGACY = ['lg-ok-views', 'lg-ok-view-metadata']

const ROOT = join(fileURLToPath(new URL('.', import.meta.url)), 'fixtures', 'hostile')
const corpus = JSON.parse(readFileSync(join(ROOT, 'corpus.json'), 'utf8')) as Record<
  string,
  { id: string; path: string }[]
>
const paths = new Map(
  Object.values(corpus)
    .filter((list) => Array.isArray(list))
    .flat()
    .map(({ id, path }) => [id, path]),
)

function load(id: string): { name: string; bytes: Uint8Array<ArrayBuffer> } {
  const name = paths.get(id) ?? ''
  return { name: name.split('/').at(-1) ?? '', bytes: new Uint8Array(readFileSync(join(ROOT, name))) }
}

interface Outcome {
  readonly tensors: readonly TensorInfo[]
  /** Name, dtype, shape and every byte of each tensor. */
  readonly content: string
}

/** @returns null where the file is refused as it should be; anything else that is thrown fails the test */
async function open(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Outcome | null> {
  try {
    const { files, tensors } = await openCheckpoint({ name: 'mutated', files: new Map([[name, new Blob([bytes])]]) })
    const content: unknown[] = []
    for (const tensor of tensors.values()) {
      const data = await readTensorBytes(files, tensor, 0, elementCount(tensor.shape))
      content.push([tensor.name, tensor.dtype, tensor.shape, Buffer.from(data).toString('hex')])
    }
    return { tensors: [...tensors.values()], content: JSON.stringify(content) }
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'StudioError' && cause.message.includes(name)) return null
    throw cause
  }
}

describe('a file that is cut off anywhere is refused', () => {
  it.each([...SAFETENSORS, ...ZIPS, ...LEGACY])('%s', { timeout: 60_000 }, async (id) => {
    const { name, bytes } = load(id)
    expect(await open(name, bytes)).not.toBeNull()
    const opened: number[] = []
    for (let length = 0; length < bytes.length; length++) {
      if ((await open(name, bytes.slice(0, length))) !== null) opened.push(length)
    }
    expect(opened).toEqual([])
  })
})

/** Flips one bit of each byte before `to`, a different one from byte to byte. @returns where the content became another in silence */
async function flipEach(name: string, bytes: Uint8Array<ArrayBuffer>, to: number, original: string): Promise<number[]> {
  const changed: number[] = []
  for (let at = 0; at < to; at++) {
    const flipped = bytes.slice()
    flipped[at] = (flipped[at] as number) ^ (1 << ((at * 3) % 8))
    const outcome = await open(name, flipped)
    if (outcome !== null && outcome.content !== original) changed.push(at)
  }
  return changed
}

describe('a wrong bit in a zip never changes what is read in silence, outside the tensors’ own bytes', () => {
  it.each(ZIPS)('%s', { timeout: 60_000 }, async (id) => {
    const { name, bytes } = load(id)
    const original = await open(name, bytes)
    const changed = await flipEach(name, bytes, bytes.length, original?.content ?? '')
    const inData = (at: number) =>
      original?.tensors.some(({ offset, byteLength }) => at >= offset && at < offset + byteLength) === true
    expect(changed.filter((at) => !inData(at))).toEqual([])
  })
})

describe('a wrong bit in a header without a checksum is read as it stands or refused, and nothing else happens', () => {
  it.each([...SAFETENSORS, ...LEGACY])('%s', { timeout: 60_000 }, async (id) => {
    const { name, bytes } = load(id)
    const original = await open(name, bytes)
    const header = Math.min(...(original?.tensors ?? []).map(({ offset }) => offset))
    await expect(flipEach(name, bytes, header, original?.content ?? '')).resolves.toBeInstanceOf(Array)
  })
})
