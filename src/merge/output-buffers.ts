/** Buffers kept for the next tile; more are given back to the browser. */
const KEPT = 12

/**
 * Buffers for the tiles that go out, used again once their bytes are written: a fresh buffer of many MiB costs more than the blend that
 * fills it, as the system hands its pages out one by one.
 */
export class OutputBuffers {
  readonly #idle: ArrayBuffer[] = []

  /** @returns at least `byteLength` bytes, with whatever is in them */
  take(byteLength: number): Uint8Array<ArrayBuffer> {
    const fitting = this.#idle.findIndex((buffer) => buffer.byteLength >= byteLength)
    const [buffer] = fitting < 0 ? [] : this.#idle.splice(fitting, 1)
    return new Uint8Array(buffer ?? new ArrayBuffer(byteLength))
  }

  /** The bytes must not be used any more. Those that were handed to another thread are left to it. */
  give(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.buffer.byteLength > 0 && this.#idle.length < KEPT) this.#idle.push(bytes.buffer)
  }
}
