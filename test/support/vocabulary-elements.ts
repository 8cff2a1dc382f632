import type { FloatDType } from '../../src/tensor/dtype.ts'
import { roundTo } from './float64.ts'
import type { SlowVocabulary } from './vocabulary64.ts'

/**
 * Models' rows arranged by token the slow way, as whole tensors that lack nothing: what a model lacks is the base's row (the first model's)
 * where it has the token, else the mean of the rows that there are; rows that nobody has are zeros.
 * @param foundation whose tokens are taken
 * @param dtype of the means
 */
export function arranged(
  models: readonly SlowVocabulary[],
  tokens: readonly (string | null)[],
  foundation = models[0],
  dtype: FloatDType = 'BF16',
): Float64Array[] {
  const columns = models[0]?.rows[0]?.length ?? 0
  const found = tokens.map((token, place) =>
    models.map((model) => {
      // A row without a token is that of the model whose tokens are taken.
      if (token === null) return model === foundation && model.tokens[place] === null ? model.rows[place] : undefined
      return model.rows[model.tokens[place] === token ? place : model.tokens.indexOf(token)]
    }),
  )
  const filled = found.map((rows) => {
    const there = rows.filter((row) => row !== undefined)
    const mean = Float64Array.from({ length: columns }, (_, e) =>
      there.length === 0 ? 0 : roundTo(there.reduce((sum, row) => sum + (row[e] ?? 0), 0) / there.length, dtype),
    )
    return rows.map((row) => row ?? rows[0] ?? mean)
  })
  return models.map((_, k) => Float64Array.from(filled.flatMap((rows) => [...(rows[k] ?? [])])))
}

/** Whole numbers as rows of tokens. */
export function vocabularyOf(
  tokens: readonly (string | null)[],
  values: Float64Array,
  columns: number,
): SlowVocabulary {
  return {
    tokens,
    rows: tokens.map((_, row) => values.slice(row * columns, (row + 1) * columns).map((x) => roundTo(x, 'BF16'))),
  }
}
