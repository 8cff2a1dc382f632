import { applyEdits } from './apply-edit.ts'
import { DIALECT_WORDS, type Dialect, type Place, parameterDialect, tensorT } from './dialect.ts'
import type { Edit, ParameterPlace } from './edit.ts'
import { tidy } from './gradient-edit.ts'
import { findParameter } from './lookup.ts'
import { parseRecipe } from './parse-recipe.ts'
import type { Lane } from './presets.ts'
import type { FilteredValue, Gradient, Parameters, Recipe, RecipeStage } from './recipe.ts'
import { sliceRanges, stageT, type TensorT } from './stage-t.ts'
import { inListOrder, outerPlace, parseLayerName } from './tensor-name.ts'

export type Exported =
  | {
      readonly text: string
      /** What was written out, and what mergekit does otherwise all the same; a sentence each. */
      readonly notes: readonly string[]
    }
  | { readonly problem: string }

/** Stand-ins where no model is open: the names of a Llama. */
const LLAMA_OUTER = ['model.embed_tokens.weight', 'model.norm.weight', 'lm_head.weight']

/**
 * Writes a recipe so that today's mergekit gives every tensor the t that is shown here: the final norm and lm_head get entries of
 * their own where the dialect differs, and what other tools spread in another way becomes a value for each layer.
 * @param names tensor names of the result, from the headers; null where no model is open, which is enough for mergekit's own dialects
 */
export function exportForMergekit(text: string, names: Iterable<string> | null = null): Exported {
  const { recipe, problems } = parseRecipe(text)
  if (recipe === null)
    return { problem: problems.find(({ severity }) => severity === 'error')?.message ?? 'No recipe.' }
  const { dialect } = recipe
  if (dialect === 'mergekit') return { text, notes: [] }
  if (recipe.stages.some(({ modules }) => modules !== undefined))
    return {
      problem: `A recipe with modules cannot be written out from ${DIALECT_WORDS[dialect].label}: only mergekit of today knows modules, so choose its dialect.`,
    }
  const known = names === null ? null : inListOrder(names)
  const edits = editsFor(recipe, known)
  if (typeof edits === 'string') return { problem: edits }
  const result = applyEdits(text, [...edits, { kind: 'set-dialect', dialect: 'mergekit' }])
  if ('problem' in result) return result
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const notes = notesOf(dialect, edits.length)
  const said = [`For mergekit of today; the values are those of ${DIALECT_WORDS[dialect].label}.`, ...notes.slice(1)]
  const head = said.map((line) => `# ${line}${newline}`).join('')
  const mark = result.text.startsWith('\ufeff') ? '\ufeff' : ''
  return { text: mark + head + result.text.slice(mark.length), notes }
}

function notesOf(dialect: Dialect, written: number): string[] {
  const notes = [
    written === 0
      ? 'Nothing had to be written out: every tensor has the same t in mergekit of today.'
      : dialect === 'mergekit-2023'
        ? 'The final norm and lm_head have entries of their own, because mergekit of today would give them the first value.'
        : 'Gradients are written out with a value for each layer, and tensors outside the layers have entries of their own.',
  ]
  if (dialect === 'blockmerge-gradient') {
    notes.push(
      't is the same, but BlockMerge blends in a straight line and mergekit on the sphere: the weights differ slightly.',
    )
  }
  if (dialect === 'mlx')
    notes.push(
      'mlx takes an obtuse angle for a right one, and mergekit does not: such tensors, which are rare, differ.',
    )
  return notes
}

function editsFor(recipe: Recipe, names: readonly string[] | null): readonly Edit[] | string {
  const edits: Edit[] = []
  for (const stage of recipe.stages) {
    const spelledOut = recipe.dialect !== 'mergekit-2023'
    if (spelledOut && stage.method === 'slerp') {
      if (names === null) {
        return `Open the models first: ${DIALECT_WORDS[recipe.dialect].label} spreads a gradient in another way than mergekit of today, so that each layer needs a value of its own.`
      }
      edits.push(...explicitLanes(stage, recipe.dialect, names))
    } else edits.push(...outerLanes(stage, recipe.dialect, names ?? LLAMA_OUTER))
  }
  const odd = names === null ? undefined : ambiguous(edits, names)
  return odd === undefined
    ? edits
    : `The filter ${odd} would match other tensors too, so that this recipe can't be written for mergekit.`
}

/** Entries for norm and lm_head at every level whose own entry gives them another value under the dialect. */
function outerLanes(stage: RecipeStage, dialect: Dialect, names: readonly string[]): readonly Edit[] {
  const outer = names.filter((name) => parseLayerName(name) === null).map((name) => ({ name, place: outerPlace(name) }))
  const edits: Edit[] = []
  for (const { at, parameters } of levelsOf(stage)) {
    for (const parameter of parameters.keys()) {
      const spoken = parameterDialect(dialect, parameter)
      for (const { name, place } of outer.toReversed()) {
        const entry = findParameter([parameters], parameter, name)
        if (entry === null) continue
        const value = tensorT(spoken, entry.value, place)
        if (value === tensorT('mergekit', entry.value, place)) continue
        edits.push({ kind: 'add-lane', at: { ...at, parameter }, lane: { filter: name, value }, before: 0 })
      }
    }
  }
  return edits
}

type Level = { readonly at: Omit<ParameterPlace, 'parameter'>; readonly parameters: Parameters }

/** The levels that tensors after the layers look at: the sources of the last slice, that slice, and the recipe. */
function levelsOf(stage: RecipeStage): readonly Level[] {
  const index = stage.slices.length - 1
  const slice = stage.slices[index]
  const place = stage.wholeModels ? { stage: stage.name } : { stage: stage.name, slice: index }
  return [
    { at: { stage: stage.name }, parameters: stage.parameters },
    ...(slice === undefined || stage.wholeModels ? [] : [{ at: place, parameters: slice.parameters }]),
    ...(slice?.sources ?? []).map((source, i) => ({ at: { ...place, source: i }, parameters: source.parameters })),
  ]
}

/** t written out for every slice of a stage: tensors outside the layers by name, and a value for each layer. */
function explicitLanes(stage: RecipeStage, dialect: Dialect, names: readonly string[]): readonly Edit[] {
  const all = stageT(stage, dialect, names)
  const ranges = sliceRanges(stage, names)
  return ranges.map(({ slice, from, layers }, index): Edit => {
    const isIn = ({ layer, place }: TensorT): boolean =>
      layer !== null
        ? layer >= from && layer < from + layers
        : place.kind === 'embedding'
          ? index === 0
          : index === ranges.length - 1
    const tensors = all.filter(isIn)
    const own = slice.parameters.has('t') || ranges.length > 1
    const at = { stage: stage.name, parameter: 't', ...(own && !stage.wholeModels ? { slice: index } : {}) }
    const entries = [...(slice.parameters.get('t') ?? []), ...(stage.parameters.get('t') ?? [])]
    const outer = tensors.flatMap(({ name, layer, t }) =>
      layer !== null || t === null ? [] : [{ filter: name, value: tidy(t) }],
    )
    const byPart =
      dialect === 'blockmerge-gradient' && entries.some(({ value }) => typeof value !== 'number' && value.length > 1)
    const inner = byPart ? lanesByPart(tensors, from, layers) : lanesByEntry(entries, dialect, layers)
    return { kind: 'set-lanes', at, lanes: [...outer, ...inner] }
  })
}

/** One lane an entry, with the value of each layer. */
function lanesByEntry(entries: readonly FilteredValue[], dialect: Dialect, layers: number): readonly Lane[] {
  return entries.map(({ filter, value }) => {
    const at = (layer: number): Place => ({ kind: 'layer', layer, layers })
    return { filter, value: series(Array.from({ length: layers }, (_, layer) => tensorT(dialect, value, at(layer)))) }
  })
}

/** One lane a tensor of a layer, where the tensors of one layer have different values. Longer names first, as one may end in another. */
function lanesByPart(tensors: readonly TensorT[], from: number, layers: number): readonly Lane[] {
  const parts = new Map<string, (number | null)[]>()
  for (const { name, layer, t } of tensors) {
    const part = parseLayerName(name)?.part
    if (part === undefined || layer === null) continue
    const values = parts.get(part) ?? Array.from({ length: layers }, () => null)
    values[layer - from] = t
    parts.set(part, values)
  }
  return [...parts]
    .filter(([, values]) => values.some((t) => t !== null))
    .toSorted(([a], [b]) => b.length - a.length)
    .map(([part, values]) => ({ filter: `.${part}`, value: series(values.map((t) => t ?? 0)) }))
}

function series(values: readonly number[]): Gradient {
  const tidied = values.map(tidy)
  const [first] = tidied
  return first !== undefined && tidied.every((value) => value === first) ? first : tidied
}

/** A filter that is the whole name of a tensor, and part of another's. */
function ambiguous(edits: readonly Edit[], names: readonly string[]): string | undefined {
  const filters = edits.flatMap((edit) =>
    edit.kind === 'add-lane' ? [edit.lane] : edit.kind === 'set-lanes' ? edit.lanes : [],
  )
  return filters
    .map(({ filter }) => filter)
    .filter((filter): filter is string => filter !== null && names.includes(filter))
    .find((filter) => names.some((name) => name !== filter && name.includes(filter)))
}
