import { createXXHash128, type IHasher } from 'hash-wasm'

/** Bytes of one read of a verification. */
const READ_BYTES = 16 * 2 ** 20

/** Digests of data in pieces (xxh128, at about 6 GB/s): what was streamed is compared with what a re-read of the file gives. */
export interface TensorHash {
  update(bytes: Uint8Array): void
  /** Ends the digest; the hash must not be used after. */
  digest(): string
}

/** Keeps a few hashers: making one compiles nothing, but allocates a WebAssembly memory. */
export class HasherPool {
  readonly #idle: IHasher[] = []

  async start(): Promise<TensorHash> {
    const hasher = this.#idle.pop() ?? (await createXXHash128())
    hasher.init()
    return {
      update: (bytes) => {
        hasher.update(bytes)
      },
      digest: () => {
        const value = hasher.digest('hex')
        this.#idle.push(hasher)
        return value
      },
    }
  }

  /** Hash of bytes [from, to) of a file. */
  async hashRange(blob: Blob, from: number, to: number): Promise<string> {
    const hash = await this.start()
    for (let at = from; at < to; at += READ_BYTES) {
      hash.update(new Uint8Array(await blob.slice(at, Math.min(to, at + READ_BYTES)).arrayBuffer()))
    }
    return hash.digest()
  }

  async hashBytes(bytes: Uint8Array): Promise<string> {
    const hash = await this.start()
    hash.update(bytes)
    return hash.digest()
  }
}
