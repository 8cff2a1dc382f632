import { countsTensors, type Dialect, type ListPlace, type Place, tensorT } from './dialect.ts'
import { findParameter } from './lookup.ts'
import { isCatchAll } from './parameters.ts'
import type { FilteredValue, Recipe, RecipeSlice, RecipeStage } from './recipe.ts'
import { inListOrder, outerPlace, parseLayerName } from './tensor-name.ts'

/** t of one tensor of a stage's result, and where it comes from. */
export interface TensorT {
  readonly name: string
  readonly place: Place
  /** Number of the layer in the result; null for tensors of no layer. */
  readonly layer: number | null
  /** The entry that holds for it; null where none does. */
  readonly entry: FilteredValue | null
  readonly t: number | null
}

/** t of one tensor under two dialects. */
export interface TDifference {
  readonly stage: string | null
  readonly name: string
  readonly layer: number | null
  readonly place: Place
  /** Under the recipe's own dialect. */
  readonly t: number
  /** Under the other one. */
  readonly other: number
}

/**
 * t of every tensor of a slerp stage, in the order of the model's list. Needs names only, so that it runs before any file is open.
 * @param names tensor names of the stage's result
 */
export function stageT(stage: RecipeStage, dialect: Dialect, names: Iterable<string>): readonly TensorT[] {
  const { ordered, layers, places } = orderedNames(names)
  const slices = sliceRanges(stage, ordered)
  return ordered.map((name, i) => {
    const layer = layers[i] ?? null
    const place = layer === null ? outerPlace(name) : layerPlace(slices, layer)
    const slice = sliceOf(slices, layer, place)
    const levels = slice === undefined ? [stage.parameters] : [slice.parameters, stage.parameters]
    const entry = findParameter(levels, 't', name)
    const list = entry !== null && countsTensors(dialect) ? places(entry.filter, name) : undefined
    const t = entry === null ? null : tensorT(dialect, entry.value, place, list)
    return { name, place, layer, entry, t }
  })
}

interface OrderedNames {
  readonly ordered: readonly string[]
  /** By name; null outside the layers. */
  readonly layers: readonly (number | null)[]
  readonly places: ReturnType<typeof listPlaces>
}

/** Names are asked for again with each value of t. */
const orders = new WeakMap<Iterable<string>, OrderedNames>()

function orderedNames(names: Iterable<string>): OrderedNames {
  let known = orders.get(names)
  if (known === undefined) {
    const ordered = inListOrder(names)
    const layers = ordered.map((name) => parseLayerName(name)?.layer ?? null)
    known = { ordered, layers, places: listPlaces(ordered) }
    orders.set(names, known)
  }
  return known
}

/** What another dialect would change: t of every tensor of every slerp stage under the recipe's own dialect and under that one. */
export function dialectDifference(recipe: Recipe, other: Dialect, names: Iterable<string>): readonly TDifference[] {
  const list = [...names]
  return recipe.stages
    .filter(({ method }) => method === 'slerp')
    .flatMap((stage) => {
      const theirs = stageT(stage, other, list)
      return stageT(stage, recipe.dialect, list).flatMap(({ name, layer, place, t }, i) => {
        const changed = theirs[i]?.t ?? null
        return t === null || changed === null ? [] : [{ stage: stage.name, name, layer, place, t, other: changed }]
      })
    })
}

/** The index of a tensor among those that a filter matches. @param ordered names in the order of the model's list */
export function listPlaces(ordered: readonly string[]): (filter: string | null, name: string) => ListPlace | undefined {
  const lists = new Map<string, { readonly indices: ReadonlyMap<string, number>; readonly count: number }>()
  return (filter, name) => {
    const key = isCatchAll(filter) || filter === null ? '' : filter
    let list = lists.get(key)
    if (list === undefined) {
      const matched = ordered.filter((other) => other.includes(key))
      list = { indices: new Map(matched.map((other, i) => [other, i])), count: matched.length }
      lists.set(key, list)
    }
    const index = list.indices.get(name)
    return index === undefined ? undefined : { index, count: list.count }
  }
}

interface SliceRange {
  readonly slice: RecipeSlice
  /** First layer of the result. */
  readonly from: number
  readonly layers: number
}

/** Layers of the result that each slice makes; a stage of whole models has as many as its names have. */
export function sliceRanges(stage: RecipeStage, names: readonly string[]): readonly SliceRange[] {
  const depth = names.reduce((most, name) => Math.max(most, (parseLayerName(name)?.layer ?? -1) + 1), 0)
  let from = 0
  return stage.slices.map((slice) => {
    const range = slice.sources.find(({ layerRange }) => layerRange !== null)?.layerRange
    const layers = range ? range[1] - range[0] : depth
    const start = from
    from += layers
    return { slice, from: start, layers }
  })
}

function layerPlace(slices: readonly SliceRange[], layer: number): Place {
  const range = slices.find(({ from, layers }) => layer >= from && layer < from + layers) ?? slices.at(-1)
  return { kind: 'layer', layer: layer - (range?.from ?? 0), layers: range?.layers ?? 1 }
}

/** embed_tokens takes the parameters of the first slice, norm and lm_head those of the last. */
function sliceOf(slices: readonly SliceRange[], layer: number | null, place: Place): RecipeSlice | undefined {
  if (layer !== null) return slices.find(({ from, layers }) => layer >= from && layer < from + layers)?.slice
  return (place.kind === 'embedding' ? slices[0] : slices.at(-1))?.slice
}
