import type { TokenGroup, VocabularySummary } from '../plan/vocabulary-summary.ts'

export const CLASS_WORDS = {
  base: 'Ordinary tokens',
  byte: 'Single bytes',
  added: 'Added tokens',
  special: 'Special tokens',
  unused: 'Unused tokens',
  none: 'Rows of no token',
} as const

/** Which models have the tokens of a group. */
export function ownersInWords({ kind, from, owners }: TokenGroup, names: readonly string[]): string {
  if (kind === null) return ''
  if (owners.length === 0) return 'none of the models'
  if (owners.length === names.length) return names.length === 2 ? 'both models' : 'all models'
  const list = owners.map((index) => names[index] ?? '').join(' and ')
  return from === 'by-number' ? `${list}, by this number` : owners.length === 1 ? `only ${list}` : list
}

/** Where the embedding's and the head's row of a token of a group comes from. */
export function originInWords(
  { from, owners }: TokenGroup,
  { source, origin }: VocabularySummary,
  names: readonly string[],
): string {
  const first = names[owners[0] ?? -1] ?? ''
  switch (from) {
    case 'merged':
      return 'merged'
    case 'by-number':
      return 'merged with the row of another token that has this number'
    case 'filled':
      return 'merged; the base’s row, else the mean, stands in where a model lacks it'
    case 'copied':
      return `the row of ${first}`
    case 'rule':
      return 'as the recipe’s tokenizer block says'
    case 'kept':
      return source === 'common' ? 'merged by number' : `kept from ${names[origin ?? -1] ?? 'the base model'}`
    case 'zeros':
      return 'zeros, as padding'
    case 'lost':
      return 'not in the merged model'
  }
}
