import type { ModelFolder } from '../../src/formats/checkpoint.ts'
import type { FloatDType } from '../../src/tensor/dtype.ts'
import { roundTo, slerp64 } from './float64.ts'
import { modelFolder, type NewTensor, randomNumbers } from './model-in-memory.ts'

/** A vocabulary the slow way: for each row its token (null: none) and its numbers. */
export interface SlowVocabulary {
  readonly tokens: readonly (string | null)[]
  readonly rows: readonly Float64Array[]
}

export function slowVocabulary(tokens: readonly (string | null)[], columns: number, seed: number): SlowVocabulary {
  const next = randomNumbers(seed)
  // Rows of the same token are alike in all models, as in fine-tunes of one base; the rest is each model's own.
  const rows = tokens.map((token) => {
    const shared = randomNumbers([...(token ?? 'none')].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 17))
    return Float64Array.from({ length: columns }, () => roundTo(shared() + 0.6 * next(), 'BF16'))
  })
  return { tokens, rows }
}

/** SLERP by token: the angle is that of the rows that both have; a row that one has is that row. */
export function slerpByToken(
  base: SlowVocabulary,
  other: SlowVocabulary,
  t: number,
  tokens: readonly (string | null)[],
  dtype: FloatDType,
): SlowVocabulary {
  const rowOf = ({ tokens: own, rows }: SlowVocabulary, token: string | null, place: number) =>
    token === null ? undefined : rows[own[place] === token ? place : own.indexOf(token)]
  const pairs = tokens.map((token, place) => {
    // A row without a token is the base's own.
    const a = token === null ? (base.tokens[place] === null ? base.rows[place] : undefined) : rowOf(base, token, place)
    return [a, rowOf(other, token, place)] as const
  })
  const both = pairs.filter(
    (pair): pair is [Float64Array, Float64Array] => pair[0] !== undefined && pair[1] !== undefined,
  )
  const columns = base.rows[0]?.length ?? 0
  const flat = (k: 0 | 1) => Float64Array.from(both.flatMap((pair) => [...pair[k]]))
  const merged = slerp64(flat(0), flat(1), t, dtype)
  let at = 0
  const rows = pairs.map(([a, b]) => {
    if (a !== undefined && b !== undefined) return merged.slice(at * columns, ++at * columns)
    return (a ?? b ?? new Float64Array(columns)).map((x) => roundTo(x, dtype))
  })
  return { tokens, rows }
}

/** Tokens of the first, then those that only others have, in their order. */
export function unionTokens(...models: readonly SlowVocabulary[]): (string | null)[] {
  const [first, ...others] = models
  const tokens = [...(first?.tokens ?? [])]
  for (const token of others.flatMap((model) => model.tokens)) {
    if (token === null || tokens.includes(token)) continue
    const free = tokens.findLastIndex((own) => own !== null) + 1
    tokens[free] = token
  }
  return tokens
}

/** A model of an embedding, a head and one layer, with a tokenizer.json; tokens in angle brackets are special. */
export function vocabularyModel(
  name: string,
  { tokens, rows }: SlowVocabulary,
  head: SlowVocabulary,
  dtype: FloatDType = 'BF16',
): ModelFolder {
  const columns = rows[0]?.length ?? 0
  const matrix = (tensor: string, from: SlowVocabulary): NewTensor => ({
    name: tensor,
    dtype,
    shape: [from.rows.length, columns],
    values: Float64Array.from(from.rows.flatMap((row) => [...row])),
  })
  const layer: NewTensor = {
    name: 'model.layers.0.mlp.up_proj.weight',
    dtype,
    shape: [4, columns],
    values: Float64Array.from({ length: 4 * columns }, (_, i) => i + name.length),
  }
  const folder = modelFolder(
    name,
    [matrix('model.embed_tokens.weight', { tokens, rows }), layer, matrix('lm_head.weight', head)],
    {
      num_hidden_layers: 1,
      hidden_size: columns,
      vocab_size: rows.length,
      pad_token_id: null,
    },
  )
  return { ...folder, files: new Map([...folder.files, ['tokenizer.json', new Blob([tokenizerJson(tokens)])]]) }
}

export function tokenizerJson(tokens: readonly (string | null)[]): string {
  const named = [...tokens.entries()].filter((entry): entry is [number, string] => entry[1] !== null)
  const special = named.filter(([, token]) => token.startsWith('<'))
  return JSON.stringify({
    version: '1.0',
    added_tokens: special.map(([id, content]) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    pre_tokenizer: { type: 'Whitespace' },
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(named.map(([id, token]) => [token, id])),
      unk_token: '<unk>',
    },
  })
}
