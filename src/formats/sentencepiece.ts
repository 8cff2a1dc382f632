import { StudioError } from '../problem.ts'
import { MAX_TOKEN_ID, type TokenClass, TokenTable } from './tokenizer-table.ts'

/** SentencePiece.Type of sentencepiece_model.proto. */
const TYPES: ReadonlyMap<number, TokenClass> = new Map([
  [1, 'base'], // NORMAL
  [2, 'special'], // UNKNOWN
  [3, 'special'], // CONTROL
  [4, 'added'], // USER_DEFINED
  [5, 'unused'],
  [6, 'byte'],
])

/** Real pieces have up to some hundred bytes; the message of one also holds a score and a type. */
const MAX_PIECE_BYTES = 64 * 1024

/**
 * Reads the pieces of a sentencepiece `tokenizer.model`: a protocol buffer whose field 1, repeated, is a piece (1: text, 2: score as a
 * 32-bit float, 3: type). A piece's place is its id. All other fields (trainer and normalizer settings) are stepped over.
 * @throws StudioError naming the file and what was wrong
 */
export function readSentencePiece(bytes: Uint8Array, file: string): TokenTable {
  const reader = new ProtoReader(bytes, file)
  const table = new TokenTable()
  let id = 0
  while (!reader.done) {
    const { field, wire } = reader.tag()
    if (field !== 1) {
      reader.skip(wire)
      continue
    }
    if (wire !== 2) throw reader.error(`has a piece of wire type ${wire}, expected 2`)
    if (id > MAX_TOKEN_ID) throw reader.error(`has more than ${MAX_TOKEN_ID + 1} pieces`)
    const { text, kind } = readPiece(new ProtoReader(reader.bytes(MAX_PIECE_BYTES), file), id)
    table.add(text, id++, kind, file)
  }
  if (id === 0) throw reader.error('holds no pieces, so that it is no sentencepiece model')
  return table
}

function readPiece(reader: ProtoReader, id: number): { text: string; kind: TokenClass } {
  let text: string | null = null
  let kind: TokenClass = 'base'
  while (!reader.done) {
    const { field, wire } = reader.tag()
    if (field === 1 && wire === 2) text = reader.text()
    else if (field === 3 && wire === 0) {
      const type = reader.varint()
      const known = TYPES.get(type)
      if (known === undefined) throw reader.error(`has piece ${id} of the unknown type ${type}`)
      kind = known
    } else reader.skip(wire)
  }
  if (text === null) throw reader.error(`has no text for piece ${id}`)
  return { text, kind }
}

/** Reads the wire format of protocol buffers: tags, varints, and lengths that stay within the message. */
class ProtoReader {
  readonly #bytes: Uint8Array
  readonly #file: string
  #at = 0

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes
    this.#file = file
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  tag(): { field: number; wire: number } {
    const tag = this.varint()
    const field = Math.floor(tag / 8)
    if (field === 0 || field >= 2 ** 29) throw this.error(`has the field number ${field}, which protocol buffers lack`)
    return { field, wire: tag % 8 }
  }

  /** A number of up to 53 bits; ten bytes at most, as negative int32 are written. Larger ones are only ever stepped over. */
  varint(): number {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw this.error('ends in the middle of a number')
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw this.error('has a number of more than ten bytes')
  }

  bytes(limit = Number.POSITIVE_INFINITY): Uint8Array {
    const length = this.varint()
    const end = this.#at + length
    if (end > this.#bytes.length)
      throw this.error(`has a field of ${length} bytes, and only ${this.#bytes.length - this.#at} follow`)
    if (length > limit) throw this.error(`has a piece of ${length} bytes, more than ${limit}`)
    const found = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return found
  }

  text(): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes(MAX_PIECE_BYTES))
    } catch (cause) {
      if (cause instanceof StudioError) throw cause
      throw this.error('has a piece that is not valid UTF-8')
    }
  }

  skip(wire: number): void {
    if (wire === 0) this.varint()
    else if (wire === 2) this.bytes()
    else if (wire === 1 || wire === 5) {
      this.#at += wire === 1 ? 8 : 4
      if (this.#at > this.#bytes.length) throw this.error('ends in the middle of a number')
    } else throw this.error(`has the wire type ${wire}, which sentencepiece models lack`)
  }

  error(what: string): StudioError {
    return new StudioError(`${this.#file}: the sentencepiece model ${what}; the file is damaged or is something else.`)
  }
}
