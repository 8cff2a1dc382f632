import { StudioError } from '../problem.ts'
import type { JsonObject, JsonValue } from './json.ts'

/** Real headers and configs nest three or four deep; the cap keeps a hostile file from using up the stack. */
const MAX_DEPTH = 64

/**
 * Parses JSON text as RFC 8259 has it, and stricter: duplicate keys, half surrogate pairs and a byte order mark are refused.
 * Numbers keep their text; objects become Maps, so that `__proto__` is a name like any other.
 * @param where the file, for the message
 * @throws StudioError naming the file and what was wrong
 */
export function parseJson(text: string, where: string): JsonValue {
  return new JsonParser(text, where).parse()
}

/** Decodes UTF-8 strictly (no replacement characters, no byte order mark) and parses. */
export function parseJsonBytes(bytes: Uint8Array, where: string): JsonValue {
  return parseJson(decodeUtf8(bytes, where), where)
}

/** @throws StudioError where the bytes are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new StudioError(`${where}: the text is not valid UTF-8, so the file is damaged or is something else.`)
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// With the u flag a surrogate that is half of a pair does not match: what matches stands alone.
const LONE_SURROGATE = /[\ud800-\udfff]/u
const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }),
)

class JsonParser {
  readonly #text: string
  readonly #where: string
  /** Keys of the objects that are open, for messages. */
  readonly #path: string[] = []
  #at = 0
  #depth = 0

  constructor(text: string, where: string) {
    this.#text = text
    this.#where = where
  }

  parse(): JsonValue {
    if (this.#text.startsWith('\ufeff')) throw this.#error('starts with a byte order mark, which JSON does not allow')
    const value = this.#value()
    this.#space()
    if (this.#at < this.#text.length) throw this.#error('goes on after the end of its first value')
    return value
  }

  #value(): JsonValue {
    this.#space()
    switch (this.#text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object())
      case '[':
        return this.#nested(() => this.#array())
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #nested<T>(read: () => T): T {
    if (this.#depth === MAX_DEPTH) throw this.#error(`is nested more than ${MAX_DEPTH} deep`)
    this.#depth++
    this.#at++
    const value = read()
    this.#depth--
    return value
  }

  #object(): JsonObject {
    const object = new Map<string, JsonValue>()
    this.#space()
    if (this.#take('}')) return object
    do {
      this.#space()
      if (this.#text[this.#at] !== '"') throw this.#error('lacks a key in double quotes')
      const key = this.#string()
      if (object.has(key)) throw this.#error(`has a duplicate key ${JSON.stringify(key)}`)
      this.#space()
      if (!this.#take(':')) throw this.#error('lacks a colon after a key')
      this.#path.push(key)
      object.set(key, this.#value())
      this.#path.pop()
      this.#space()
    } while (this.#take(','))
    if (!this.#take('}')) throw this.#error('has an object that is not closed')
    return object
  }

  #array(): JsonValue[] {
    const array: JsonValue[] = []
    this.#space()
    if (this.#take(']')) return array
    do {
      array.push(this.#value())
      this.#space()
    } while (this.#take(','))
    if (!this.#take(']')) throw this.#error('has a list that is not closed')
    return array
  }

  #string(): string {
    const text = this.#text
    let plain = ++this.#at
    let value = ''
    let escaped = false
    for (;;) {
      const code = text.charCodeAt(this.#at)
      if (code === 0x22) break
      // Also the end of the text, where charCodeAt gives NaN.
      if (!(code >= 0x20)) throw this.#error('has a string that is not closed')
      if (code === 0x5c) {
        value += text.slice(plain, this.#at) + this.#escape()
        plain = this.#at
        escaped = true
      } else this.#at++
    }
    value += text.slice(plain, this.#at++)
    if (escaped && LONE_SURROGATE.test(value)) throw this.#error('has a string with half a surrogate pair')
    return value
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? ''
    if (letter === 'u') {
      const hex = this.#text.slice(this.#at + 2, this.#at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#error('has a broken \\u escape')
      this.#at += 6
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    const character = ESCAPES.get(letter)
    if (character === undefined) throw this.#error('has an unknown escape in a string')
    this.#at += 2
    return character
  }

  #number(): JsonValue {
    NUMBER.lastIndex = this.#at
    const raw = NUMBER.exec(this.#text)?.[0]
    if (raw === undefined) throw this.#error(this.#at < this.#text.length ? 'lacks a value' : 'ends too early')
    this.#at += raw.length
    return { raw }
  }

  #word<T extends JsonValue>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error('lacks a value')
    this.#at += word.length
    return value
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #error(what: string): StudioError {
    const inside = this.#path.length === 0 ? '' : ` inside ${this.#path.map((key) => JSON.stringify(key)).join(' > ')}`
    const line = this.#text.slice(0, this.#at).split('\n').length
    return new StudioError(
      `${this.#where}: not valid JSON: it ${what}${inside} (line ${line}, character ${this.#at + 1}).`,
    )
  }
}
