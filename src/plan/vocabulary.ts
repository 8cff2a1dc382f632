import { quoteToken, type TokenClass } from '../formats/tokenizer-table.ts'
import { error, type Problem, warning } from '../problem.ts'
import { withoutRevision } from '../recipe/model-reference.ts'
import type { RecipeVocabulary, TokenRule, VocabularySource } from '../recipe/recipe.ts'
import type { CheckpointModel, Model, StageModel } from './stage-model.ts'

/** A token that the result has and the tokenizer it starts from has not. */
export interface NewToken {
  readonly content: string
  readonly id: number
  readonly kind: TokenClass
}

/** Where the row of a token comes from instead of its own. */
export interface RowRule {
  /** Null: zeros. */
  readonly donor: { readonly model: Model; readonly row: number } | null
  readonly force: boolean
}

/** Which tokens a model has, and whose tokenizer files say so. */
export interface Tokens {
  /** Null where the tokenizer is not known: rows then have numbers only. */
  readonly ids: ReadonlyMap<string, number> | null
  readonly classes: ReadonlyMap<number, TokenClass>
  /** The checkpoint whose tokenizer files the result's start from. */
  readonly origin: CheckpointModel | null
  /** In order of id. */
  readonly added: readonly NewToken[]
}

/** The rows of a stage's embedding and head, and where each comes from. */
export interface StageVocabulary extends Tokens {
  readonly source: VocabularySource | 'common'
  /** Null: as many as all operands have. */
  readonly rows: number | null
  /** For each model of the stage: its row for every row of the result, -1 where it has none. Null: row by row. */
  readonly maps: ReadonlyMap<Model, Int32Array> | null
  /** Its rows stand in where a model lacks a token. */
  readonly base: Model
  readonly rules: ReadonlyMap<number, RowRule>
  readonly padToMultiple: number | null
  /** True where every row stays what it is: nothing is to be done but the merge. */
  readonly trivial: boolean
}

const NO_CLASSES: ReadonlyMap<number, TokenClass> = new Map()

/** The vocabularies of a plan's stages, each worked out once. */
export class Vocabularies {
  readonly #problems: Problem[]
  readonly #known = new Map<StageModel, StageVocabulary>()

  constructor(problems: Problem[]) {
    this.#problems = problems
  }

  of(stage: StageModel): StageVocabulary {
    let found = this.#known.get(stage)
    if (found === undefined) {
      found = this.#make(stage)
      this.#known.set(stage, found)
    }
    return found
  }

  tokensOf(model: Model): Tokens {
    if (model.kind === 'stage') return this.of(model)
    const { vocabulary } = model.checkpoint
    return { ids: vocabulary?.ids ?? null, classes: vocabulary?.classes ?? NO_CLASSES, origin: model, added: [] }
  }

  /** Rows of a model's embedding. */
  rowsOf(model: Model): number {
    if (model.kind === 'checkpoint') return model.checkpoint.tensors.get(model.anatomy.embedding ?? '')?.shape[0] ?? 0
    const { rows, padToMultiple } = this.of(model)
    return padded(rows ?? Math.min(...modelsOf(model).map((inner) => this.rowsOf(inner))), padToMultiple)
  }

  /** True where embedding and head of this stage, and of all that it is made of, take every row as it is. */
  isTrivial(stage: StageModel): boolean {
    return (
      this.of(stage).trivial && modelsOf(stage).every((model) => model.kind === 'checkpoint' || this.isTrivial(model))
    )
  }

  #make(stage: StageModel): StageVocabulary {
    const recipe = stage.stage.vocabulary
    const source = recipe?.source ?? 'common'
    const padToMultiple = recipe?.padToMultiple ?? null
    const models = modelsOf(stage)
    const base = models[0]
    if (base === undefined) throw new Error('a stage has a model')
    const common = (): StageVocabulary => ({
      ...this.tokensOf(base),
      source: 'common',
      rows: null,
      maps: null,
      base,
      rules: new Map(),
      padToMultiple,
      trivial: padToMultiple === null,
    })
    if (source === 'common') {
      this.#warnOfNumbers(models)
      return common()
    }
    const foundation = typeof source === 'object' ? findModel(stage, source.model) : base
    if (foundation === null) {
      this.#problems.push(
        error(
          `The tokenizer is to come from "${typeof source === 'object' ? source.model : ''}", which is none of the models that are merged here: name one of them, base or union.`,
          { line: recipe?.line ?? stage.stage.line },
        ),
      )
      return common()
    }
    const unknown = models.find((model) => this.tokensOf(model).ids === null)
    if (unknown !== undefined && (source === 'union' || (recipe?.tokens.size ?? 0) > 0)) {
      this.#problems.push(
        error(
          `The vocabulary is to be made by token, and no tokenizer of "${unknown.label}" is known: add its tokenizer.json (or tokenizer.model, or vocab.json) to its folder, or keep the common rows.`,
          { line: recipe?.line ?? stage.stage.line },
        ),
      )
      return common()
    }
    return this.#byToken(stage, source, models, base, foundation, recipe, padToMultiple)
  }

  #byToken(
    stage: StageModel,
    source: VocabularySource,
    models: readonly Model[],
    base: Model,
    foundation: Model,
    recipe: RecipeVocabulary | undefined,
    padToMultiple: number | null,
  ): StageVocabulary {
    const start = this.tokensOf(foundation)
    const ids = new Map(start.ids ?? [])
    const classes = new Map(start.classes)
    const added = [...start.added]
    let next = [...ids.values()].reduce((top, id) => Math.max(top, id + 1), 0)
    const add = (content: string, kind: TokenClass): void => {
      ids.set(content, next)
      if (kind !== 'base') classes.set(next, kind)
      added.push({ content, id: next++, kind })
    }
    if (source === 'union') {
      for (const model of models) {
        const tokens = this.tokensOf(model)
        const lacking = [...(tokens.ids ?? [])].filter(([token]) => !ids.has(token)).sort((a, b) => a[1] - b[1])
        for (const [token, id] of lacking) add(token, tokens.classes.get(id) ?? 'base')
      }
    }
    for (const token of recipe?.tokens.keys() ?? []) if (!ids.has(token)) add(token, 'added')
    const rows = Math.max(this.rowsOf(foundation), added.length > 0 ? next : 0)
    const fresh = new Set(added.slice(start.added.length).map(({ id }) => id))
    const maps = new Map(models.map((model) => [model, this.#mapOf(model, foundation, ids, rows, fresh)]))
    const rules = new Map<number, RowRule>()
    for (const [token, rule] of recipe?.tokens ?? []) {
      const resolved = this.#ruleOf(stage, token, rule)
      if (resolved !== null) rules.set(ids.get(token) as number, resolved)
    }
    const trivial =
      rules.size === 0 &&
      padded(rows, padToMultiple) === rows &&
      models.every(
        (model) => this.rowsOf(model) === rows && (maps.get(model) as Int32Array).every((row, i) => row === i),
      )
    return {
      ids: start.ids === null ? null : ids,
      classes,
      origin: start.origin,
      added,
      source,
      rows,
      maps,
      base,
      rules,
      padToMultiple,
      trivial,
    }
  }

  /** A model's row for each row of the result. */
  #mapOf(
    model: Model,
    foundation: Model,
    ids: ReadonlyMap<string, number>,
    rows: number,
    fresh: ReadonlySet<number>,
  ): Int32Array {
    const own = this.rowsOf(model)
    const map = new Int32Array(rows).fill(-1)
    const tokens = this.tokensOf(model)
    if (model === foundation || tokens.ids === null || this.tokensOf(foundation).ids === null) {
      // Rows without a token stay too; where a new token takes such a row, it is no longer the foundation's.
      for (let row = 0; row < Math.min(rows, own); row++) if (!fresh.has(row)) map[row] = row
      return map
    }
    for (const [token, id] of ids) {
      const row = tokens.ids.get(token)
      if (row !== undefined && row < own && id < rows) map[id] = row
    }
    return map
  }

  #ruleOf(stage: StageModel, token: string, rule: TokenRule): RowRule | null {
    if (rule.source.kind === 'zero') return { donor: null, force: rule.force }
    const model = findModel(stage, rule.source.model)
    const wanted = rule.source.token ?? token
    const row =
      model === null ? null : typeof wanted === 'number' ? wanted : (this.tokensOf(model).ids?.get(wanted) ?? null)
    if (model !== null && row !== null && row < this.rowsOf(model)) return { donor: { model, row }, force: rule.force }
    const what = typeof wanted === 'number' ? `row ${wanted}` : `the token ${quoteToken(wanted)}`
    const found = model === null ? 'which is none of the models that are merged here' : `which has no such row`
    this.#problems.push(
      error(`The row of the token ${quoteToken(token)} is to be ${what} of "${rule.source.model}", ${found}.`, {
        line: rule.line,
      }),
    )
    return null
  }

  /** Rows are merged by number: said where the same number is another token. */
  #warnOfNumbers(models: readonly Model[]): void {
    const [base, ...others] = models
    if (base === undefined) return
    const { ids } = this.tokensOf(base)
    for (const model of others) {
      const theirs = this.tokensOf(model).ids
      if (ids === null || theirs === null || ids === theirs) continue
      const rows = Math.min(this.rowsOf(base), this.rowsOf(model))
      const moved = [...ids].filter(([token, id]) => id < rows && (theirs.get(token) ?? id) !== id)
      const [first] = moved
      if (first === undefined) continue
      this.#problems.push(
        warning(
          `The tokenizers of "${base.label}" and "${model.label}" number ${moved.length} tokens differently (${quoteToken(first[0])} is row ${first[1]} and row ${theirs.get(first[0])}), and the common rows are merged by number: choose union by token as the vocabulary.`,
        ),
      )
    }
  }
}

/** The models of a stage, each once: the base model first, then in the order of the recipe. */
export function modelsOf(stage: StageModel): readonly Model[] {
  const models = stage.slices.flatMap(({ sources }) => sources.map(({ model }) => model))
  const base = stage.base !== null && models.includes(stage.base) ? [stage.base] : []
  return [...new Set([...base, ...models])]
}

export function padded(rows: number, multiple: number | null): number {
  return multiple === null ? rows : Math.ceil(rows / multiple) * multiple
}

function findModel(stage: StageModel, name: string): Model | null {
  for (const { sources } of stage.slices) {
    for (const { source, model } of sources) {
      if (source.model === name || withoutRevision(source.model) === withoutRevision(name)) return model
    }
  }
  return null
}
