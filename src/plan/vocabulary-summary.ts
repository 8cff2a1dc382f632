import type { TokenClass } from '../formats/tokenizer-table.ts'
import type { CheckpointModel, StageModel } from './stage-model.ts'
import type { Vocabularies } from './vocabulary.ts'

/** Tokens of one class: where they come from, and what becomes of them. */
export interface TokenCounts {
  readonly kind: TokenClass
  /** In the result, and every model has them. */
  readonly common: number
  /** In the result, and some models, but not all and not only one, have them. */
  readonly shared: number
  /** In the result, and only this checkpoint of the plan has them. */
  readonly only: readonly number[]
  /** In the result, and no model has them: the recipe adds them. */
  readonly made: number
  /** Tokens of each checkpoint that the result lacks. */
  readonly lost: readonly number[]
}

/** What the merged model will have, token class by token class. Plain data for the page. */
export interface VocabularySummary {
  /** `common`, `base`, `union`, or the model whose tokens they are. */
  readonly source: string
  /** Rows of the result's embedding. */
  readonly rows: number
  /** Rows of each checkpoint's embedding. */
  readonly rowsBefore: readonly number[]
  /** Rows of the result that no token has; null where the tokenizer is not known. */
  readonly padding: number | null
  /** Empty where a tokenizer is not known. */
  readonly classes: readonly TokenCounts[]
}

const CLASSES: readonly TokenClass[] = ['base', 'byte', 'added', 'special', 'unused']

/** Counts the tokens of the final result. */
export function summariseVocabulary(
  final: StageModel,
  vocabularies: Vocabularies,
  opened: readonly CheckpointModel[],
  rows: number,
): VocabularySummary {
  const { ids, classes, source } = vocabularies.of(final)
  const models = opened.map((model) => vocabularies.tokensOf(model))
  const summary = {
    source: typeof source === 'object' ? source.model : source,
    rows,
    rowsBefore: opened.map((model) => vocabularies.rowsOf(model)),
  }
  if (ids === null || models.some((model) => model.ids === null)) return { ...summary, padding: null, classes: [] }
  const counts = CLASSES.map((kind) => ({
    kind,
    common: 0,
    shared: 0,
    only: opened.map(() => 0),
    made: 0,
    lost: opened.map(() => 0),
  }))
  const of = (kind: TokenClass) => counts[CLASSES.indexOf(kind)] as (typeof counts)[number]
  let tokens = 0
  for (const [token, id] of ids) {
    if (id >= rows) continue
    tokens++
    const count = of(classes.get(id) ?? 'base')
    const owners = models.flatMap((model, index) => (model.ids?.has(token) === true ? [index] : []))
    const [only] = owners
    if (only === undefined) count.made++
    else if (owners.length === models.length) count.common++
    else if (owners.length === 1) count.only[only] = (count.only[only] ?? 0) + 1
    else count.shared++
  }
  for (const [index, model] of models.entries()) {
    for (const [token, id] of model.ids ?? []) {
      const kept = ids.get(token)
      if (kept !== undefined && kept < rows) continue
      const { lost } = of(model.classes.get(id) ?? 'base')
      lost[index] = (lost[index] ?? 0) + 1
    }
  }
  const used = counts.filter(({ common, shared, only, made, lost }) => {
    return common + shared + made + [...only, ...lost].reduce((a, b) => a + b, 0) > 0
  })
  return { ...summary, padding: rows - tokens, classes: used }
}
