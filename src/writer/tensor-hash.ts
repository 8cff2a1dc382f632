import { createXXHash128, type IHasher } from 'hash-wasm'

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
}
