/** Something found beforehand that the user should know. Problems are data: the page lists them, and an error keeps Merge shut. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  /** One sentence for the person: what, where, found, expected, what to do. */
  readonly message: string
  /** Line of the recipe text, from 1. */
  readonly line?: number
  /** What it concerns, when that is not the recipe: a folder, a file. */
  readonly where?: string
}

/**
 * What the user can mend. The only error class of the program; everything else that is thrown is a bug.
 * Its message is one sentence that names the file and the tensor, what was found and what was expected.
 * (comlink carries name, message and stack across the worker line; tell it by `error.name === 'StudioError'`.)
 */
export class StudioError extends Error {
  override readonly name = 'StudioError'
}

export function error(message: string, rest: Partial<Problem> = {}): Problem {
  return { severity: 'error', message, ...rest }
}

export function warning(message: string, rest: Partial<Problem> = {}): Problem {
  return { severity: 'warning', message, ...rest }
}
