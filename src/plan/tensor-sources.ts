import type { ListPlace, Place } from '../recipe/dialect.ts'
import { listPlaces } from '../recipe/stage-t.ts'
import { inListOrder, outerPlace } from '../recipe/tensor-name.ts'
import { type DType, isFloatDType } from '../tensor/dtype.ts'
import type { TensorInfo } from '../tensor/tensor.ts'
import { hasVocabularyRows, isHead, parseLayerName, respell } from './anatomy.ts'
import { moduleLayers, moduleOf } from './modules.ts'
import { leadOf } from './stage-anatomy.ts'
import type { Model, ResolvedSlice, ResolvedSource, StageModel } from './stage-model.ts'

/** Where one tensor of a stage's result comes from. */
export interface TensorSources {
  readonly slice: ResolvedSlice
  /** Where the tensor stands within its slice, which tells the value of a gradient. */
  readonly place: Place
  readonly entries: readonly TensorEntry[]
  /** A tower's tensor that no module merges: it is taken as it is. */
  readonly isCopied?: true
}

export interface TensorEntry {
  readonly source: ResolvedSource
  /** Name of the tensor in that model; null where the model lacks it. */
  readonly name: string | null
  /** The name under which per-model parameters are looked up: the source's layer number, not the output's. */
  readonly parameterName: string
}

/** Shape and dtype of a tensor, stored or computed. */
export interface TensorForm {
  readonly shape: readonly number[]
  readonly dtype: DType
}

/** What was found out about a tensor of a stage's result. */
interface Known {
  readonly found: TensorSources | null
  /** Of its entries, and of what is made of them: worked out when they are first asked for. */
  forms?: readonly (TensorForm | null)[]
  form?: TensorForm | null
}

/**
 * What is known of a stage's tensors: a stage may be used by many, and is asked for the same several times while one output tensor is
 * planned. Mostly for one name, so that a map is only made for a second one: tens of thousands in maps would double a plan's time.
 */
interface Memory {
  readonly first: Known
  readonly name: string
  readonly turn: number
  others: Map<string, Known> | null
}

const MEMORIES = new WeakMap<StageModel, Memory>()
let turn = 0

/** Says that another output tensor is planned from here on: what was found out for the last one is let go. */
export function beginTensor(): void {
  turn++
}

function known(stage: StageModel, name: string): Known {
  const memory = MEMORIES.get(stage)
  if (memory === undefined || memory.turn !== turn) {
    const first = { found: sourcesOf(stage, name) }
    MEMORIES.set(stage, { first, name, turn, others: null })
    return first
  }
  if (memory.name === name) return memory.first
  memory.others ??= new Map()
  let one = memory.others.get(name)
  if (one === undefined) {
    one = { found: sourcesOf(stage, name) }
    memory.others.set(name, one)
  }
  return one
}

/** @returns null where the stage's result has no such tensor */
export function findSources(stage: StageModel, name: string): TensorSources | null {
  return known(stage, name).found
}

function sourcesOf(stage: StageModel, name: string): TensorSources | null {
  const parsed = parseLayerName(name)
  if (parsed !== null && parsed.prefix === stage.anatomy.prefix) {
    const slice = stage.slices.find((s) => parsed.layer >= s.firstLayer && parsed.layer < s.firstLayer + s.layers)
    if (slice === undefined) return null
    const i = parsed.layer - slice.firstLayer
    const entries = slice.sources.map((source): TensorEntry => {
      const { prefix, parts } = source.model.anatomy
      const layer = source.from + i
      const own = parts[layer]?.get(parsed.part) ?? null
      return { source, name: own, parameterName: own ?? `${prefix}${layer}.${parsed.part}` }
    })
    return { slice, place: { kind: 'layer', layer: i, layers: slice.layers }, entries }
  }
  const isBefore = stage.anatomy.before.includes(name)
  const slice = isBefore ? stage.slices[0] : stage.slices.at(-1)
  if (slice === undefined) return null
  if (stage.anatomy.towers.has(name)) return moduleSources(stage, name) ?? towerSource(slice, name)
  const entries = slice.sources.map((source): TensorEntry => {
    const { anatomy } = source.model
    const own = respell(name, stage.anatomy, anatomy)
    const has = anatomy.before.includes(own) || anatomy.after.includes(own)
    // A tied model stores no head: its embedding stands in.
    const standIn = isHead(name) && name.endsWith('.weight') ? anatomy.embedding : null
    return { source, name: has ? own : standIn, parameterName: own }
  })
  return { slice, place: isBefore ? { kind: 'embedding' } : outerPlace(name), entries }
}

/** A tensor of a part that `modules` merges; gradients run over the layers of that part. */
function moduleSources(stage: StageModel, name: string): TensorSources | null {
  const module = moduleOf(stage, name)
  if (module === null) return null
  const parsed = parseLayerName(name)
  const { prefix, depth } = moduleLayers(stage, module)
  const place: Place =
    parsed?.prefix === prefix ? { kind: 'layer', layer: parsed.layer, layers: depth } : { kind: 'embedding' }
  const entries = module.slice.sources.map(
    (source): TensorEntry => ({
      source,
      name: source.model.anatomy.before.includes(name) ? name : null,
      parameterName: name,
    }),
  )
  return { slice: module.slice, place, entries }
}

/** Vision and audio towers are not merged without a module: they come from the base model, else from the first model that has one. */
function towerSource(slice: ResolvedSlice, name: string): TensorSources | null {
  const holds = ({ model }: ResolvedSource) => model.anatomy.before.includes(name)
  const base = slice.sources[slice.base]
  const source = base !== undefined && holds(base) ? base : slice.sources.find(holds)
  return source === undefined
    ? null
    : { slice, place: { kind: 'embedding' }, entries: [{ source, name, parameterName: name }], isCopied: true }
}

/** Shape and dtype of one tensor of a model; null where it has none. */
export function formOf(model: Model, name: string): TensorForm | null {
  if (model.kind === 'checkpoint') {
    const info: TensorInfo | undefined = model.checkpoint.tensors.get(name)
    return info ?? null
  }
  const one = known(model, name)
  if (one.form === undefined) one.form = one.found === null ? null : stageForm(model, name, one.found)
  return one.form
}

/** Shapes and dtypes of what a tensor of a stage's result is made of, in the order of its entries; null where a model lacks one. */
export function entryForms(stage: StageModel, name: string): readonly (TensorForm | null)[] {
  const one = known(stage, name)
  one.forms ??= (one.found?.entries ?? []).map(({ source, name: own }) =>
    own === null ? null : formOf(source.model, own),
  )
  return one.forms
}

function stageForm(model: StageModel, name: string, found: TensorSources): TensorForm | null {
  const forms = entryForms(model, name)
  const lead = forms[Math.max(0, leadIndex(model, found))] ?? forms.find((form) => form !== null) ?? null
  if (lead === null) return null
  const rows = Math.min(...forms.map((form) => form?.shape[0] ?? Number.POSITIVE_INFINITY))
  const shape = hasVocabularyRows(name) && Number.isFinite(rows) ? [rows, ...lead.shape.slice(1)] : lead.shape
  // Integers and other dtypes that are not merged keep theirs.
  const dtype = isFloatDType(lead.dtype) ? (model.stage.outDtype ?? model.stage.dtype ?? lead.dtype) : lead.dtype
  return { shape, dtype }
}

/** The source whose tensor gives the result its dtype: the base model, else the first. */
export function leadIndex(stage: StageModel, found: TensorSources): number {
  if (found.entries.length === 1) return 0
  const lead = leadOf(found.slice)
  if (found.slice.base >= 0) return found.slice.base
  return found.slice.sources.findIndex(({ model }) => model === (stage.base ?? lead))
}

/** Names of the tensors of a stage's result, in the order in which data flows through the model. */
export function resultNames({ anatomy }: StageModel): string[] {
  return [...anatomy.before, ...anatomy.parts.flatMap((parts) => [...parts.values()]), ...anatomy.after]
}

const LIST_PLACES = new WeakMap<StageModel, ReturnType<typeof listPlaces>>()

/** The index of a tensor among those of the stage's result that a filter matches; counted once for all tensors of a stage. */
export function listPlaceOf(stage: StageModel, filter: string | null, name: string): ListPlace | undefined {
  let places = LIST_PLACES.get(stage)
  if (places === undefined) {
    places = listPlaces(inListOrder(resultNames(stage)))
    LIST_PLACES.set(stage, places)
  }
  return places(filter, name)
}
