/** Bytes of the pattern: odd in megabytes, so that tiles begin at other places of it. */
const PERIOD = 37 * 2 ** 20

/** Weights as F16 bits, between about -0.06 and 0.06. */
function pattern(seed: number): Uint8Array {
  const values = new Uint16Array(PERIOD / 2)
  let state = seed >>> 0
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    values[i] = ((state >>> 31) << 15) | (0x2000 + ((state >>> 8) & 0xbff))
  }
  return new Uint8Array(values.buffer)
}

/** A file of any size, whose bytes are made when they are read: F16 weights. */
export class GeneratedBlob extends Blob {
  readonly #size: number
  readonly #pattern: Uint8Array
  readonly #from: number

  constructor(size: number, bytes: number | Uint8Array, from = 0) {
    super([])
    this.#size = size
    this.#pattern = typeof bytes === 'number' ? pattern(bytes) : bytes
    this.#from = from
  }

  override get size(): number {
    return this.#size
  }

  override slice(from = 0, to = this.#size): Blob {
    return new GeneratedBlob(to - from, this.#pattern, this.#from + from)
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.#size)
    let at = this.#from % PERIOD
    for (let done = 0; done < bytes.length; ) {
      const piece = this.#pattern.subarray(at, Math.min(PERIOD, at + bytes.length - done))
      bytes.set(piece, done)
      done += piece.length
      at = 0
    }
    return bytes.buffer
  }
}
