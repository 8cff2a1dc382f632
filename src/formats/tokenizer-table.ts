import { StudioError } from '../problem.ts'
import { describeJson, type JsonValue, jsonInteger } from './json.ts'

/** What a token is: of the tokenizer's own vocabulary, a single byte of it, added to it, special (never cut out of plain text), or unused. */
export type TokenClass = 'base' | 'byte' | 'added' | 'special' | 'unused'

/**
 * Ids count rows of the embedding. The largest vocabularies have some 260,000; 16 million rows of 4,096 16-bit numbers would be 137 GB,
 * so what lies above is a mistake or a trap.
 */
export const MAX_TOKEN_ID = 2 ** 24 - 1

/** Tokens may hold any text, and messages should not. */
const SHOWN = 40

/** A vocabulary while it is read: one id a token, one token an id. */
export class TokenTable {
  readonly ids = new Map<string, number>()
  /** Those that are not `base`. */
  readonly classes = new Map<number, TokenClass>()
  readonly #byId = new Map<number, string>()

  /** @throws StudioError where the token has another id already, or the id another token */
  add(token: string, id: number, kind: TokenClass, file: string): void {
    const known = this.ids.get(token)
    if (known !== undefined && known !== id) {
      throw new StudioError(
        `${file}: the token ${quoteToken(token)} has two ids, ${known} and ${id}, and a token has one row: download the file again.`,
      )
    }
    const other = this.#byId.get(id)
    if (other !== undefined && other !== token) {
      throw new StudioError(
        `${file}: the tokens ${quoteToken(other)} and ${quoteToken(token)} have the same id ${id}, and each token needs a row of its own: take the tokenizer files that the model was published with.`,
      )
    }
    this.ids.set(token, id)
    this.#byId.set(id, token)
    if (kind !== 'base') this.classes.set(id, kind)
  }

  tokenOf(id: number): string | undefined {
    return this.#byId.get(id)
  }
}

/** @throws StudioError where the value is no whole number from 0 to MAX_TOKEN_ID */
export function readTokenId(value: JsonValue | undefined, token: string, file: string): number {
  const id = jsonInteger(value)
  if (id === null || id < 0 || id > MAX_TOKEN_ID) {
    throw new StudioError(
      `${file}: the token ${quoteToken(token)} has the id ${describeJson(value)}, expected a whole number from 0 to ${MAX_TOKEN_ID}.`,
    )
  }
  return id
}

/** What moves, hides or mixes with the text around it: controls, bidi marks, odd spaces, unassigned and private characters. */
const UNSEEN = /[\p{C}\p{Z}]/gu

/** A token between quotes, cut where it is long; what would not be seen, or would turn the text around it, is written as its number. */
export function quoteToken(token: string): string {
  const letters = [...token]
  const cut = letters.length > SHOWN ? `${letters.slice(0, SHOWN - 3).join('')}...` : token
  const quoted = JSON.stringify(cut).replace(UNSEEN, (letter) => (letter === ' ' ? ' ' : numbered(letter)))
  // A mark that combines would sit on the quote.
  return quoted.replace(/^"\p{M}/u, (start) => `"${numbered(start.slice(1))}`)
}

function numbered(letter: string): string {
  return `\\u{${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}}`
}
