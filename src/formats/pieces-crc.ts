import { crc32, joinCrc32 } from './crc32.ts'

/** A stretch of bytes that was read, and its CRC-32. */
interface Piece {
  from: number
  to: number
  crc: number
}

/** The CRC-32 of bytes [from, to) of a file, which come in pieces: in any order, some of them twice, with bytes of others around them. */
export class PiecesCrc {
  readonly #from: number
  readonly #to: number
  /** In order; none touches the next. */
  #pieces: Piece[] = []

  constructor(from: number, to: number) {
    this.#from = from
    this.#to = to
  }

  /** @param from byte offset in the file of the first of these bytes */
  add(from: number, bytes: Uint8Array): void {
    for (const [low, high] of this.missing(from, from + bytes.length)) {
      this.#insert({ from: low, to: high, crc: crc32(bytes.subarray(low - from, high - from)) })
    }
  }

  /** Stretches within [from, to) that have not come yet. */
  missing(from = this.#from, to = this.#to): [from: number, to: number][] {
    const end = Math.min(to, this.#to)
    const gaps: [number, number][] = []
    let at = Math.max(from, this.#from)
    for (const piece of this.#pieces) {
      if (piece.from >= end) break
      if (piece.from > at) gaps.push([at, piece.from])
      at = Math.max(at, piece.to)
    }
    if (at < end) gaps.push([at, end])
    return gaps
  }

  /** null until all bytes have come. */
  get crc(): number | null {
    if (this.#from === this.#to) return 0
    const [first] = this.#pieces
    return first?.from === this.#from && first.to === this.#to ? first.crc : null
  }

  #insert(piece: Piece): void {
    const joined: Piece[] = []
    for (const next of [...this.#pieces, piece].sort((a, b) => a.from - b.from)) {
      const last = joined.at(-1)
      if (last?.to === next.from) {
        last.crc = joinCrc32(last.crc, next.crc, next.to - next.from)
        last.to = next.to
      } else joined.push({ ...next })
    }
    this.#pieces = joined
  }
}
