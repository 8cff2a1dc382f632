import { StudioError } from '../../problem.ts'

const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
const CONTRACTIONS = "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]"

function withDigits(digits: string): string {
  return `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`
}

function asWritten(digits: string): string {
  return `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`
}

/**
 * Patterns that tokenizers split text by, as tokenizer.json writes them, with their twin in this language. A pattern of a file is never
 * run: one that takes exponential time would stop the page.
 */
const KNOWN: ReadonlyMap<string, RegExp> = new Map([
  [GPT2, new RegExp(GPT2, 'gu')],
  // Llama 3, and Qwen 2 and 3, which take digits one by one.
  [asWritten('{1,3}'), new RegExp(withDigits('{1,3}'), 'gu')],
  [asWritten(''), new RegExp(withDigits(''), 'gu')],
  [asWritten('+'), new RegExp(withDigits('+'), 'gu')],
  ['\\p{N}{1,3}', /\p{N}{1,3}/gu],
  ['\\p{N}', /\p{N}/gu],
  ['[0-9]', /[0-9]/gu],
  ['\\d', /\p{Nd}/gu],
  ['\\s+', /\s+/gu],
  ['\n', /\n/gu],
])

/** GPT-2's own pattern, which the byte-level pre-tokenizer splits by. */
export const GPT2_PATTERN = KNOWN.get(GPT2) as RegExp

/** @throws StudioError where the pattern is none of the known ones */
export function splitPattern(pattern: string, file: string): RegExp {
  const known = KNOWN.get(pattern)
  if (known === undefined) {
    const shown = pattern.length > 60 ? `${pattern.slice(0, 57)}...` : pattern
    throw new StudioError(
      `${file} splits text by the pattern ${JSON.stringify(shown)}, which is none of those that the studio knows, and it runs no pattern of a file; this model cannot be tasted, merging it works.`,
    )
  }
  return known
}

/** Cuts a text at each match; with `keep` the matches are pieces too. */
export function cutAt(text: string, pattern: RegExp, keep: boolean): string[] {
  const pieces: string[] = []
  let from = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) pieces.push(text.slice(from, match.index))
    if (keep && match[0] !== '') pieces.push(match[0])
    from = match.index + match[0].length
  }
  if (from < text.length) pieces.push(text.slice(from))
  return pieces
}
