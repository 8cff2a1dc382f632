/** Thrown by a reader that ran out of bytes, and caught where the pickle began: more of the file may be needed. */
export const TRUNCATED = Symbol('truncated')

/** Reads the arguments of opcodes, one after the other. Throws `TRUNCATED` at the end of the bytes, whatever a length claims. */
export class PickleReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = at
  }

  #advance(length: number): number {
    const begin = this.at
    if (!(length <= this.#bytes.length - begin)) throw TRUNCATED
    this.at += length
    return begin
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true)
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  /** A length of 8 bytes; beyond 2^53 it is rounded, which no file reaches. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true))
  }

  /** Pickle writes its floats big-endian. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false)
  }

  bytes(length: number): Uint8Array {
    const begin = this.#advance(length)
    return this.#bytes.subarray(begin, begin + length)
  }

  /** Bytes up to the next line feed, without it. */
  line(): Uint8Array {
    const end = this.#bytes.indexOf(0x0a, this.at)
    if (end < 0) throw TRUNCATED
    const line = this.bytes(end - this.at)
    this.at++
    return line
  }

  /** A little-endian integer in two's complement of at most 255 bytes. */
  integer(length: number): number | bigint {
    const hex = Array.from(this.bytes(length).toReversed(), (byte) => byte.toString(16).padStart(2, '0')).join('')
    const value = BigInt.asIntN(Math.max(1, length * 8), BigInt(`0x${hex === '' ? '0' : hex}`))
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
}
