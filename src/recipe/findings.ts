import { error, type Problem, warning } from '../problem.ts'
import type { Edit } from './edit.ts'

/** More errors than anybody reads; a hostile text must not fill the page. */
const MAX_PROBLEMS = 200

/** A change that mends a finding in one click. */
export interface Mend {
  /** What it does, for the button: `Write bfloat16`. */
  readonly label: string
  /** One step of undo, whatever their number. */
  readonly edits: readonly Edit[]
}

/** Collects what is found while a recipe is read, so that one look shows everything. */
export class Findings {
  readonly problems: Problem[] = []
  readonly mends = new Map<Problem, Mend>()
  readonly #where: string | undefined
  #errorCount = 0

  constructor(fileName?: string) {
    this.#where = fileName
  }

  /** Errors found so far, those beyond the cap too. */
  get errorCount(): number {
    return this.#errorCount
  }

  /** @param line line of the recipe text, from 1 */
  error(message: string, line: number, mend?: Mend): void {
    this.#add(error(message, this.#rest(line)), mend)
  }

  warning(message: string, line: number, mend?: Mend): void {
    this.#add(warning(message, this.#rest(line)), mend)
  }

  #rest(line: number): Partial<Problem> {
    return this.#where === undefined ? { line } : { line, where: this.#where }
  }

  #add(problem: Problem, mend?: Mend): void {
    if (mend !== undefined && this.problems.length < MAX_PROBLEMS) this.mends.set(problem, mend)
    const isFirstError = problem.severity === 'error' && this.#errorCount++ === 0
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(problem)
    else if (isFirstError) this.problems[MAX_PROBLEMS - 1] = problem
  }
}

/** Control characters, and the marks that turn the direction of the text around them. */
const UNPRINTABLE = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]/gu

/** A value of the recipe for a message: on one line, in quotes, not longer than 60 characters. */
export function quote(text: string): string {
  const printable = text.replace(UNPRINTABLE, '\u{fffd}')
  return printable.length > 60 ? `"${printable.slice(0, 57)}…"` : `"${printable}"`
}

/** `a`, `a and b`, `a, b and c`. */
export function listInWords(words: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`
}

/** Takes a key out that does nothing. */
export function removeKey(line: number, key: string): Mend {
  return { label: `Take ${key} out`, edits: [{ kind: 'remove-key', line, key }] }
}

/** Writes a key as it was probably meant. */
export function renameKeyTo(line: number, key: string, to: string): Mend {
  return { label: `Write ${to}`, edits: [{ kind: 'rename-key', line, key, to }] }
}

/** Writes another value under a key. */
export function writeValue(line: number, key: string, value: string): Mend {
  return { label: `Write ${value}`, edits: [{ kind: 'set-value', line, key, value }] }
}
