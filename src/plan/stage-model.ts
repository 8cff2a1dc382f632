import type { Checkpoint } from '../formats/checkpoint.ts'
import { error, type Problem } from '../problem.ts'
import type { Dialect } from '../recipe/dialect.ts'
import { withoutRevision } from '../recipe/model-reference.ts'
import type { Recipe, RecipeSlice, RecipeSource, RecipeStage } from '../recipe/recipe.ts'
import { type Anatomy, anatomyOf, hiddenSize } from './anatomy.ts'
import { stageAnatomy } from './stage-anatomy.ts'

/** A model that a stage can take tensors from: an opened checkpoint, or the result of another stage. */
export type Model = CheckpointModel | StageModel

export interface CheckpointModel {
  readonly kind: 'checkpoint'
  /** Last part of the name in the recipe, for messages. */
  readonly label: string
  readonly index: number
  readonly checkpoint: Checkpoint
  readonly anatomy: Anatomy
}

/** A stage with its references resolved. */
export interface StageModel {
  readonly kind: 'stage'
  readonly label: string
  readonly stage: RecipeStage
  /** Of the whole recipe: which rule turns a gradient into t. */
  readonly dialect: Dialect
  readonly slices: readonly ResolvedSlice[]
  readonly base: Model | null
  /** Parts beside the text model that are merged too. */
  readonly modules: readonly ResolvedModule[]
  /** The same tensors that a checkpoint of this stage would have. */
  readonly anatomy: Anatomy
}

export interface ResolvedSlice {
  readonly slice: RecipeSlice
  readonly sources: readonly ResolvedSource[]
  /** Index into `sources` of the base model; -1 where it has none. */
  readonly base: number
  /** Layers of the slice, and number of the first one in the output. */
  readonly layers: number
  readonly firstLayer: number
}

export interface ResolvedModule {
  readonly name: string
  /** Layers that the recipe spells out for it; null where it says `models`. */
  readonly layers: number | null
  /** All of the module: its tensors are not renumbered. */
  readonly slice: ResolvedSlice
  readonly line: number
}

export interface ResolvedSource {
  readonly source: RecipeSource
  readonly model: Model
  readonly from: number
}

/** Resolves every stage of a recipe to models and layer ranges. Problems are appended; null where they make planning impossible. */
export function resolveStages(
  recipe: Recipe,
  checkpoints: ReadonlyMap<string, Checkpoint>,
  problems: Problem[],
): { final: StageModel; checkpoints: readonly CheckpointModel[] } | null {
  const models = new Map<string, Model>()
  const opened: CheckpointModel[] = []
  let missing = false
  for (const name of recipe.models) {
    const checkpoint = checkpoints.get(name)
    if (checkpoint === undefined) {
      missing = true
      problems.push(
        error(
          `The recipe uses the model "${name}", and no opened folder stands for it: add that folder, or choose one for it.`,
          {
            line: firstLine(recipe, name),
          },
        ),
      )
      continue
    }
    const model: CheckpointModel = {
      kind: 'checkpoint',
      label: lastSegment(name),
      index: opened.length,
      checkpoint,
      anatomy: anatomyOf(checkpoint),
    }
    opened.push(model)
    models.set(name, model)
  }
  if (missing) return null
  let final: StageModel | null = null
  for (const stage of recipe.stages) {
    const resolved = resolveStage(stage, recipe.dialect, models, problems, stage === recipe.stages.at(-1))
    if (resolved === null) return null
    if (stage.name !== null) models.set(stage.name, resolved)
    final = resolved
  }
  return final === null ? null : { final, checkpoints: opened }
}

function resolveStage(
  stage: RecipeStage,
  dialect: Dialect,
  models: ReadonlyMap<string, Model>,
  problems: Problem[],
  isFinal: boolean,
): StageModel | null {
  const slices: ResolvedSlice[] = []
  let layers = 0
  for (const slice of stage.slices) {
    const resolved = resolveSlice(stage, slice, layers, models, problems)
    if (resolved === null) return null
    slices.push(resolved)
    layers += resolved.layers
  }
  const first = slices[0]
  const last = slices.at(-1)
  if (first === undefined || last === undefined) return null
  const base = stage.baseModel === null ? null : (models.get(stage.baseModel) ?? null)
  const modules = resolveModules(stage, models, problems)
  if (modules === null) return null
  return {
    kind: 'stage',
    // The last stage is the result, also where it has a name.
    label: isFinal ? '' : (stage.name ?? ''),
    stage,
    dialect,
    slices,
    base: base ?? first.sources[0]?.model ?? null,
    modules,
    anatomy: stageAnatomy(slices, first, last, layers, modules),
  }
}

/** Towers keep their layers: a module takes whole models, or one slice that spells all of their layers out. */
function resolveModules(
  stage: RecipeStage,
  models: ReadonlyMap<string, Model>,
  problems: Problem[],
): ResolvedModule[] | null {
  const found: ResolvedModule[] = []
  for (const { name, slices, line } of stage.modules ?? []) {
    const [slice] = slices
    if (
      slice === undefined ||
      slices.length > 1 ||
      slice.sources.some(({ layerRange }) => (layerRange?.[0] ?? 0) > 0)
    ) {
      problems.push(
        error(
          `The module "${name}" is put together from parts of the models' layers, and only the text model's layers can be: write models for it, so that it is merged as a whole.`,
          { line: slice?.line ?? line },
        ),
      )
      return null
    }
    const whole = slice.sources.map((source) => ({ ...source, layerRange: [0, 0] as const }))
    const resolved = resolveSlice(stage, { ...slice, sources: whole }, 0, models, problems)
    if (resolved === null) return null
    found.push({ name, layers: slice.sources[0]?.layerRange?.[1] ?? null, slice: resolved, line })
  }
  return found
}

function resolveSlice(
  stage: RecipeStage,
  slice: RecipeSlice,
  firstLayer: number,
  models: ReadonlyMap<string, Model>,
  problems: Problem[],
): ResolvedSlice | null {
  const sources: ResolvedSource[] = []
  const lengths: number[] = []
  const baseName = slice.baseModel ?? stage.baseModel
  let listed = slice.sources
  if (stage.wholeModels && baseName !== null && !listed.some((source) => source.model === baseName)) {
    listed = [...listed, { model: baseName, layerRange: null, parameters: new Map(), line: stage.line }]
  }
  for (const source of listed) {
    const model = models.get(source.model) ?? models.get(withoutRevision(source.model))
    if (model === undefined) {
      problems.push(
        error(`"${source.model}" is neither an opened model nor a stage of this recipe.`, { line: source.line }),
      )
      return null
    }
    const [from, to] = source.layerRange ?? [0, model.anatomy.layers]
    if (to > model.anatomy.layers) {
      problems.push(
        error(
          `layer_range [${from}, ${to}] of "${source.model}" reaches past its last layer: the model has ${model.anatomy.layers} layers, so that the range may end at ${model.anatomy.layers}.`,
          { line: source.line },
        ),
      )
      return null
    }
    sources.push({ source, model, from })
    lengths.push(to - from)
  }
  if (!sameDepth(stage, slice, sources, lengths, problems)) return null
  const base = sources.findIndex((source) => source.source.model === baseName)
  if (stage.method === 'slerp' && (sources.length !== 2 || base < 0)) {
    problems.push(
      error(
        `A slerp works on two models, one of them the base model "${baseName}"; here there ${sources.length === 1 ? 'is' : 'are'} ${sources.map(({ source }) => `"${source.model}"`).join(' and ') || 'none'}: list exactly two.`,
        { line: slice.line },
      ),
    )
    return null
  }
  return {
    slice,
    sources,
    base,
    layers: lengths[0] ?? 0,
    firstLayer,
  }
}

/** One sentence for what lzlv's card leads to when it is followed literally: a 7B linked where a 70B is meant. */
function sameDepth(
  stage: RecipeStage,
  slice: RecipeSlice,
  sources: readonly ResolvedSource[],
  lengths: readonly number[],
  problems: Problem[],
): boolean {
  const other = lengths.findIndex((length) => length !== lengths[0])
  const [a, b] = [sources[0], sources[other]]
  if (other < 0 || a === undefined || b === undefined) return true
  const found = stage.wholeModels
    ? `"${a.source.model}" has ${describeDepth(a.model, lengths[0] ?? 0)}, "${b.source.model}" has ${describeDepth(b.model, lengths[other] ?? 0)}`
    : `the slice takes ${lengths[0]} layers of "${a.source.model}" and ${lengths[other]} of "${b.source.model}"`
  const advice = stage.wholeModels
    ? 'models that are merged must have the same layers and sizes: is one of them the wrong size of its family?'
    : 'all sources of a slice must give the same number of layers: mend its layer_range.'
  problems.push(error(`${found[0]?.toUpperCase()}${found.slice(1)}; ${advice}`, { line: b.source.line || slice.line }))
  return false
}

function describeDepth(model: Model, layers: number): string {
  const hidden = model.kind === 'checkpoint' ? hiddenSize(model.checkpoint, model.anatomy) : null
  return `${layers} layers${hidden === null ? '' : ` of ${hidden}`}`
}

export function lastSegment(name: string): string {
  return name.split(/[/\\]/).filter(Boolean).at(-1) ?? name
}

function firstLine(recipe: Recipe, model: string): number {
  for (const stage of recipe.stages) {
    for (const slice of stage.slices) for (const source of slice.sources) if (source.model === model) return source.line
    if (stage.baseModel === model) return stage.line
  }
  return 1
}
