import { listInWords } from './findings.ts'
import { METHOD_FACTS } from './method-facts.ts'
import { withoutRevision } from './model-reference.ts'
import type { FilteredValue, Gradient, RecipeSlice, RecipeSource, RecipeStage } from './recipe.ts'

/** A short name for a model: the last part of its path or hub id, without a revision. */
export function modelLabel(reference: string): string {
  const path = withoutRevision(reference).replace(/[/\\]+$/, '')
  return path.split(/[/\\]/).at(-1) || reference
}

/** What a stage does, in words for a model card: "SLERP of A (t = 0) and B (t = 1) with gradient [0.25, 0.3, 0.5] over depth". */
export function describeStage(stage: RecipeStage): string {
  const { modules = [], ...text } = stage
  const parts = modules.map(
    ({ name, slices, wholeModels }) => `; ${name}: ${describePart({ ...text, slices, wholeModels })}`,
  )
  return describePart(text) + parts.join('')
}

function describePart(stage: RecipeStage): string {
  switch (stage.method) {
    case 'slerp':
      return describeSlerp(stage)
    case 'linear':
      return describeLinear(stage)
    case 'passthrough':
      return stage.wholeModels
        ? `Copy of ${listInWords(stage.slices.flatMap((slice) => slice.sources).map((source) => modelLabel(source.model)))}`
        : `Layers stacked from ${stage.slices.map((slice) => slice.sources.map(layersOf).join(' and ')).join(', then ')}`
    default:
      return describeOther(stage)
  }
}

/** "TIES of A (weight = 0.5; density = 0.6) and B (…) over the base C, with lambda = 0.8". */
function describeOther(stage: RecipeStage): string {
  const { title, base: kind, shared, perModel } = METHOD_FACTS[stage.method]
  const parts = stage.slices.map((slice) => {
    const base = kind === 'none' ? null : (slice.baseModel ?? stage.baseModel)
    const sources = slice.sources.filter(({ model }) => model !== base)
    const names = sources.map((source) => {
      const values = perModel.flatMap(({ name }) => {
        const entries = source.parameters.get(name) ?? slice.parameters.get(name) ?? stage.parameters.get(name)
        return entries === undefined ? [] : [valuesInWords(name, entries)]
      })
      const label = stage.wholeModels ? modelLabel(source.model) : layersOf(source)
      return values.length === 0 ? label : `${label} (${values.join('; ')})`
    })
    const settings = shared.flatMap(({ name, kind: type }) => {
      const entries = slice.parameters.get(name) ?? stage.parameters.get(name)
      if (entries === undefined) return []
      if (type !== 'flag') return [valuesInWords(name, entries)]
      return [`${name} ${entries[0]?.value === 0 ? 'off' : 'on'}`]
    })
    const over = base === null ? '' : ` over the base ${modelLabel(base)}`
    return `${listInWords(names)}${over}${settings.length === 0 ? '' : `, with ${listInWords(settings)}`}`
  })
  return `${title} of ${parts.join('; then of ')}`
}

function describeSlerp(stage: RecipeStage): string {
  const parts = stage.slices.map((slice) => {
    const base = slice.baseModel ?? stage.baseModel
    const [first, second] = slice.sources.toSorted((a, b) => Number(b.model === base) - Number(a.model === base))
    const whole = stage.wholeModels || first === undefined || second === undefined
    const names = [first, second].map((source) =>
      source === undefined ? '?' : whole ? modelLabel(source.model) : layersOf(source),
    )
    return `${names[0]} (t = 0) and ${names[1]} (t = 1)${tOfSlice(stage, slice)}`
  })
  return `SLERP of ${parts.join('; then of ')}`
}

function tOfSlice(stage: RecipeStage, slice: RecipeSlice): string {
  const entries = [...(slice.parameters.get('t') ?? []), ...(stage.parameters.get('t') ?? [])]
  return entries.length === 0
    ? ''
    : ` with ${valuesInWords('t', entries).replace(/^t = (gradient [^\]]*\] over depth)$/, '$1')}`
}

function describeLinear(stage: RecipeStage): string {
  const normalize = stage.parameters.get('normalize')?.[0]?.value
  const sums = normalize === 0 ? 'Weighted sum' : 'Weighted average'
  const parts = stage.slices.map((slice) => {
    const names = slice.sources.map((source) => {
      const entries =
        source.parameters.get('weight') ?? slice.parameters.get('weight') ?? stage.parameters.get('weight') ?? []
      return `${stage.wholeModels ? modelLabel(source.model) : layersOf(source)} (${valuesInWords('weight', entries)})`
    })
    return listInWords(names)
  })
  return `${sums} of ${parts.join('; then of ')}`
}

function layersOf({ model, layerRange }: RecipeSource): string {
  if (layerRange === null) return modelLabel(model)
  const [first, end] = layerRange
  return end - first === 1
    ? `layer ${first} of ${modelLabel(model)}`
    : `layers ${first} to ${end - 1} of ${modelLabel(model)}`
}

/** Entries up to the first that matches all tensors: "t = 0.5", or "t = gradient [0, 1] over depth for mlp and 0.5 for the rest". */
function valuesInWords(name: string, entries: readonly FilteredValue[]): string {
  const end = entries.findIndex(({ filter }) => filter === null || filter === '*')
  const used = end === -1 ? entries : entries.slice(0, end + 1)
  const [first] = used
  if (first === undefined) return name
  if (used.length === 1 && end === 0) return `${name} = ${gradientInWords(first.value)}`
  const words = used.map(({ filter, value }) => {
    const tensors = filter === null || filter === '*' ? 'the rest' : filter.trim()
    return `${gradientInWords(value)} for ${tensors}`
  })
  return `${name} = ${listInWords(words)}`
}

function gradientInWords(value: Gradient): string {
  if (typeof value === 'number') return String(value)
  return value.length === 1 ? String(value[0]) : `gradient [${value.join(', ')}] over depth`
}
