import { type JsonValue, jsonArray, jsonBoolean, jsonObject, jsonString } from '../../formats/json.ts'
import { toByteCharacters } from './byte-level.ts'
import { cutAt, GPT2_PATTERN, splitPattern } from './split-patterns.ts'
import { unknownPart } from './unknown-part.ts'

/** Cuts pieces of text into words, and may spell them anew. `first` tells of a piece with which the text begins. */
export type Cutter = (pieces: readonly string[], first: boolean) => string[]

/**
 * The pre-tokenizer of a tokenizer.json.
 * @throws StudioError for a kind or a pattern that is not known
 */
export function readPreTokenizer(value: JsonValue | undefined, file: string): Cutter {
  const step = jsonObject(value)
  if (step === null) return (pieces) => [...pieces]
  switch (jsonString(step.get('type'))) {
    case 'Sequence': {
      const cutters = (jsonArray(step.get('pretokenizers')) ?? []).map((part) => readPreTokenizer(part, file))
      return (pieces, first) => cutters.reduce((cut, next) => next(cut, first), [...pieces])
    }
    case 'ByteLevel': {
      const prefix = jsonBoolean(step.get('add_prefix_space')) ?? true
      const splits = jsonBoolean(step.get('use_regex')) ?? true
      return (pieces) =>
        pieces.flatMap((piece) => {
          const text = prefix && !piece.startsWith(' ') ? ` ${piece}` : piece
          return (splits ? cutAt(text, GPT2_PATTERN, true) : [text]).map(toByteCharacters)
        })
    }
    case 'Split': {
      const pattern = jsonObject(step.get('pattern'))
      const literal = jsonString(pattern?.get('String'))
      const expression = jsonString(pattern?.get('Regex'))
      const behavior = jsonString(step.get('behavior'))
      if (behavior !== 'Isolated' && behavior !== 'Removed') break
      const keep = behavior === 'Isolated' || jsonBoolean(step.get('invert')) === true
      if (expression === null && literal === null) break
      const found = expression === null ? new RegExp(quoteLiteral(literal ?? ''), 'gu') : splitPattern(expression, file)
      return (pieces) => pieces.flatMap((piece) => cutAt(piece, found, keep))
    }
    case 'Digits': {
      const found = jsonBoolean(step.get('individual_digits')) === true ? /\p{N}/gu : /\p{N}+/gu
      return (pieces) => pieces.flatMap((piece) => cutAt(piece, found, true))
    }
    case 'Metaspace': {
      const mark = jsonString(step.get('replacement')) ?? '▁'
      const scheme = jsonString(step.get('prepend_scheme')) ?? 'always'
      const splits = jsonBoolean(step.get('split')) ?? true
      return (pieces, first) =>
        pieces.flatMap((piece) => {
          const spelt = piece.replaceAll(' ', () => mark)
          const marked =
            (scheme === 'always' || (scheme === 'first' && first)) && !spelt.startsWith(mark) ? mark + spelt : spelt
          return splits ? beforeEach(marked, mark) : [marked]
        })
    }
  }
  throw unknownPart('pre_tokenizer', step, file)
}

/** Cuts before each mark, which stays with the word that follows it. */
function beforeEach(text: string, mark: string): string[] {
  return text.split(new RegExp(`(?=${quoteLiteral(mark)})`, 'u')).filter((piece) => piece !== '')
}

function quoteLiteral(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|/-]/gu, '\\$&')
}
