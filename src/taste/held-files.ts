import { readRange } from '../formats/blob.ts'
import type { WeightFile } from '../formats/checkpoint.ts'

/** A file whose bytes are in memory, read as any other: a slice of a file on disk costs most of a millisecond, whatever its size. */
class HeldBlob extends Blob {
  readonly #bytes: ArrayBuffer

  constructor(bytes: ArrayBuffer) {
    super([])
    this.#bytes = bytes
  }

  override get size(): number {
    return this.#bytes.byteLength
  }

  override slice(from = 0, to = this.size): Blob {
    return new HeldBlob(this.#bytes.slice(from, to))
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes
  }
}

/** Reads weight files whole, for small models that are read again and again. @throws StudioError where one cannot be read any more */
export function holdFiles(files: readonly WeightFile[]): Promise<WeightFile[]> {
  return Promise.all(
    files.map(async ({ name, blob }) => ({ name, blob: new HeldBlob(await readWhole({ name, blob })) })),
  )
}

async function readWhole(file: WeightFile): Promise<ArrayBuffer> {
  return (await readRange(file, 0, file.blob.size, 'its content')).buffer
}
