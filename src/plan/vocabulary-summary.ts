import { quoteToken, type TokenClass } from '../formats/tokenizer-table.ts'
import type { CheckpointModel, StageModel } from './stage-model.ts'
import { modelsOf, type StageVocabulary, type Tokens, type Vocabularies } from './vocabulary.ts'

/** What becomes of the rows of some tokens. */
export type RowOrigin =
  /** Every model has the token, and their rows are merged. */
  | 'merged'
  /** Rows are merged by number, and this number is another token in one of the models. */
  | 'by-number'
  /** Some models have it: their rows are merged, and one stands in for those that lack it. */
  | 'filled'
  /** One model has it: its row is taken. */
  | 'copied'
  /** The recipe says where the row comes from. */
  | 'rule'
  /** Rows of no token, kept as they are. */
  | 'kept'
  /** Rows of no token, added as zeros. */
  | 'zeros'
  /** The result has no such row. */
  | 'lost'

/** Tokens of one class that the same models have, and of which the same becomes. */
export interface TokenGroup {
  /** null: rows of no token. */
  readonly kind: TokenClass | null
  readonly from: RowOrigin
  /** Which checkpoints of the plan have these tokens, ascending; under `by-number` those where they have the same row. */
  readonly owners: readonly number[]
  readonly count: number
  /** The first few, quoted, safe to show. */
  readonly examples: readonly string[]
}

/** What the merged model will have, token class by token class. Plain data for the page. */
export interface VocabularySummary {
  /** `common`, `base`, `union`, or the model whose tokens they are. */
  readonly source: string
  /** Rows of the result's embedding, which config.json gets as its vocab_size. */
  readonly rows: number
  /** Rows of its head; null where it has none of its own. */
  readonly headRows: number | null
  /** Tokens of its tokenizer that have a row; null where no tokenizer is known. */
  readonly tokens: number | null
  /** Rows of each checkpoint's embedding, and tokens of its tokenizer. */
  readonly before: readonly { readonly rows: number; readonly tokens: number | null }[]
  /** Index of the checkpoint whose tokenizer files the result gets; null where it gets none. */
  readonly origin: number | null
  /** Tokens that are added to those files. */
  readonly added: number
  /** Empty where a tokenizer is not known. */
  readonly groups: readonly TokenGroup[]
}

const CLASSES: readonly TokenClass[] = ['base', 'byte', 'added', 'special', 'unused']
const ORIGINS: readonly RowOrigin[] = ['merged', 'by-number', 'filled', 'copied', 'rule', 'kept', 'zeros', 'lost']
const EXAMPLES = 4

/** Counts the tokens of the final result. @param headRows null where it has no head of its own */
export function summariseVocabulary(
  final: StageModel,
  vocabularies: Vocabularies,
  opened: readonly CheckpointModel[],
  rows: number,
  headRows: number | null,
): VocabularySummary {
  const found = vocabularies.of(final)
  const { ids, source, origin } = found
  const models = opened.map((model) => vocabularies.tokensOf(model))
  const hasFiles = ids !== null && origin !== null
  const groups =
    ids === null || models.some((model) => model.ids === null) ? [] : groupTokens(found, models, rows, ruled(final))
  return {
    source: typeof source === 'object' ? source.model : source,
    rows,
    headRows,
    tokens: ids === null ? null : [...ids.values()].filter((id) => id < rows).length,
    before: opened.map((model) => ({
      rows: vocabularies.rowsOf(model),
      tokens: model.checkpoint.vocabulary?.ids.size ?? null,
    })),
    origin: hasFiles ? origin.index : null,
    added: found.added.length,
    groups,
  }
}

function groupTokens(
  { ids, classes, source, rows: ownRows }: StageVocabulary,
  models: readonly Tokens[],
  rows: number,
  rules: ReadonlySet<string>,
): readonly TokenGroup[] {
  const groups = new Groups()
  let tokens = 0
  for (const [token, id] of ids ?? []) {
    if (id >= rows) continue
    tokens++
    const has = (model: Tokens) => (source === 'common' ? model.ids?.get(token) === id : model.ids?.has(token) === true)
    const owners = models.flatMap((model, index) => (has(model) ? [index] : []))
    const from = rules.has(token) ? 'rule' : originOf(source === 'common', owners.length, models.length)
    groups.add(classes.get(id) ?? 'base', from, owners, token)
  }
  const lost = new Set<string>()
  for (const model of models) {
    for (const [token, id] of model.ids ?? []) {
      const kept = ids?.get(token)
      if ((kept !== undefined && kept < rows) || lost.has(token)) continue
      lost.add(token)
      const owners = models.flatMap(({ ids: theirs }, index) => (theirs?.has(token) === true ? [index] : []))
      groups.add(model.classes.get(id) ?? 'base', 'lost', owners, token)
    }
  }
  const zeros = ownRows === null ? 0 : Math.max(0, rows - ownRows)
  groups.addRows('kept', rows - tokens - zeros)
  groups.addRows('zeros', zeros)
  return groups.list()
}

function originOf(byNumber: boolean, owners: number, models: number): RowOrigin {
  if (owners === models) return 'merged'
  if (byNumber) return 'by-number'
  return owners === 1 ? 'copied' : owners === 0 ? 'rule' : 'filled'
}

/** Tokens whose rows a stage's recipe settles. */
function ruled(stage: StageModel, found = new Set<string>(), seen = new Set<StageModel>()): ReadonlySet<string> {
  if (seen.has(stage)) return found
  seen.add(stage)
  for (const token of stage.stage.vocabulary?.tokens.keys() ?? []) found.add(token)
  for (const model of modelsOf(stage)) if (model.kind === 'stage') ruled(model, found, seen)
  return found
}

class Groups {
  readonly #groups = new Map<string, TokenGroup & { count: number; examples: string[] }>()

  add(kind: TokenClass, from: RowOrigin, owners: readonly number[], token: string): void {
    const key = `${kind} ${from} ${owners.join()}`
    let group = this.#groups.get(key)
    if (group === undefined) {
      group = { kind, from, owners, count: 0, examples: [] }
      this.#groups.set(key, group)
    }
    group.count++
    if (group.examples.length < EXAMPLES) group.examples.push(quoteToken(token))
  }

  addRows(from: RowOrigin, count: number): void {
    if (count > 0) this.#groups.set(from, { kind: null, from, owners: [], count, examples: [] })
  }

  /** By class, then by what becomes of them; rows of no token and lost tokens last. */
  list(): readonly TokenGroup[] {
    const place = ({ kind, from, owners }: TokenGroup) => [
      from === 'lost' ? 2 : kind === null ? 1 : 0,
      kind === null ? 0 : CLASSES.indexOf(kind),
      ORIGINS.indexOf(from),
      -owners.length,
    ]
    return [...this.#groups.values()].sort((a, b) => {
      const [left, right] = [place(a), place(b)]
      return left.map((value, i) => value - (right[i] ?? 0)).find((difference) => difference !== 0) ?? 0
    })
  }
}
