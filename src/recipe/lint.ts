import { DIALECT_WORDS, parameterDialect, tensorT } from './dialect.ts'
import type { ParameterPlace } from './edit.ts'
import { filterCandidates, rangeOf } from './filter-names.ts'
import { listInWords, type Mend, quote } from './findings.ts'
import { formatGradient, resample } from './gradient-edit.ts'
import { covers, isCatchAll } from './parameters.ts'
import type { ParsedRecipe } from './parse-recipe.ts'
import type { FilteredValue, Gradient, Recipe, RecipeStage } from './recipe.ts'
import { nearestWord } from './spelling.ts'
import { stageT, type TensorT } from './stage-t.ts'
import { parseLayerName } from './tensor-name.ts'

/** Something in a recipe that is wrong, or that is probably not what its author meant. */
export interface Finding {
  /** A note says what a reader may not expect; nothing is wrong. */
  readonly severity: 'error' | 'warning' | 'note'
  readonly message: string
  /** Line of the recipe text, from 1. */
  readonly line: number
  readonly mend?: Mend
}

/** Looking for entries that are never used takes the square of their number. */
const MAX_LANES = 2000
/** So does looking for points that change nothing. */
const MAX_POINTS = 500

/**
 * Everything that can be said about a recipe before a byte is read: what the reader found, with a mend where there is one, and, once
 * models are open, what shows only beside the names of their tensors. In the order of the lines.
 * @param names tensor names of the result; null where no model is open
 */
export function lint(parsed: ParsedRecipe, names: Iterable<string> | null = null): readonly Finding[] {
  const { recipe, problems, mends } = parsed
  const moves = recipe === null ? [] : recipe.stages.flatMap(shadowed)
  const found = problems.map((problem): Finding => {
    const { severity, message, line = 1 } = problem
    const mend =
      mends?.get(problem) ?? moves.find((move) => move.line === line && message.includes('is never used'))?.mend
    return { severity, message, line, ...(mend === undefined ? {} : { mend }) }
  })
  const known = names === null ? null : [...names]
  const more =
    recipe === null || known === null ? [] : recipe.stages.flatMap((stage) => lintStage(recipe, stage, known))
  return [...found, ...more].toSorted((a, b) => a.line - b.line)
}

interface Lanes {
  readonly at: ParameterPlace
  readonly entries: readonly FilteredValue[]
}

/** Every parameter of a stage, at each level. */
function lanesOf(stage: RecipeStage): readonly Lanes[] {
  const place = (slice: number) => (stage.wholeModels ? {} : { slice })
  const levels = [
    { at: {}, parameters: stage.parameters },
    ...stage.slices.flatMap((slice, i) => [
      ...(stage.wholeModels ? [] : [{ at: place(i), parameters: slice.parameters }]),
      ...slice.sources.map((source, j) => ({ at: { ...place(i), source: j }, parameters: source.parameters })),
    ]),
  ]
  return levels.flatMap(({ at, parameters }) =>
    [...parameters].map(([parameter, entries]) => ({ at: { stage: stage.name, parameter, ...at }, entries })),
  )
}

/** Entries behind one that matches all of their tensors, with the mend of moving them before it. */
function shadowed(stage: RecipeStage): { readonly line: number; readonly mend: Mend }[] {
  return lanesOf(stage)
    .filter(({ entries }) => entries.length <= MAX_LANES)
    .flatMap(({ at, entries }) =>
      entries.flatMap(({ filter, line }, lane) => {
        const to = entries.slice(0, lane).findIndex((earlier) => covers(earlier.filter, filter))
        if (to < 0) return []
        // Of two that match the same, moving only changes which is the idle one.
        const same = covers(filter, entries[to]?.filter ?? null)
        const mend: Mend = same
          ? { label: 'Take the entry out', edits: [{ kind: 'remove-lane', at, lane }] }
          : { label: 'Move it up', edits: [{ kind: 'move-lane', at, lane, to }] }
        return [{ line, mend }]
      }),
    )
}

function lintStage(recipe: Recipe, stage: RecipeStage, names: readonly string[]): readonly Finding[] {
  const filters = lanesOf(stage).flatMap((lanes) =>
    lanes.entries.flatMap((entry, lane) => {
      const finding = lintFilter(lanes.at, entry, lane, names)
      return finding === null ? [] : [finding]
    }),
  )
  if (stage.method !== 'slerp') return filters
  const tensors = stageT(stage, recipe.dialect, names)
  return [...filters, ...idlePoints(recipe, stage, tensors), ...outerFirst(recipe, stage, tensors)]
}

/** A filter that matches nothing, or more than it looks like. */
function lintFilter(at: ParameterPlace, entry: FilteredValue, lane: number, names: readonly string[]): Finding | null {
  const { filter, value, line } = entry
  if (filter === null || isCatchAll(filter)) return null
  if (names.some((name) => name.includes(filter))) {
    const bare = /(^|\.)(layers|h|blocks)\.(\d+)$/.exec(filter)
    const others = bare === null ? [] : names.filter((name) => name.includes(filter) && !name.includes(`${filter}.`))
    if (others.length === 0) return null
    const layers = [...new Set(others.map((name) => parseLayerName(name)?.layer))].slice(0, 3).join(', ')
    return {
      severity: 'warning',
      message: `The filter ${quote(filter)} matches the layers ${layers} … too, because it is part of their names: end it with a dot.`,
      line,
      mend: { label: `Write ${filter}.`, edits: [{ kind: 'rename-lane', at, lane, filter: `${filter}.` }] },
    }
  }
  const matchless = `The filter ${quote(filter)} matches no tensor`
  const range = rangeOf(filter)
  if (range !== null) {
    const lanes = range.map((each) => ({ filter: each, value }))
    const mend: Mend = {
      label: `Write ${range.length} entries`,
      edits: [{ kind: 'replace-lane', at, lane, lanes }],
    }
    const message = `${matchless}: a range of layers is not understood, as by mergekit; each layer needs an entry of its own, such as ${quote(range[0] ?? '')}.`
    const plain = typeof value === 'number' || value.length === 1
    return { severity: 'warning', message, line, ...(plain ? { mend } : {}) }
  }
  const near = nearestFilter(filter, names)
  const hint = near === null ? ' of these models' : `: did you mean ${quote(near)}?`
  const mend: Mend =
    near === null
      ? { label: 'Take the entry out', edits: [{ kind: 'remove-lane', at, lane }] }
      : { label: `Write ${near}`, edits: [{ kind: 'rename-lane', at, lane, filter: near }] }
  return { severity: 'warning', message: `${matchless}${hint.endsWith('?') ? hint : `${hint}.`}`, line, mend }
}

function nearestFilter(filter: string, names: readonly string[]): string | null {
  const candidates = filterCandidates(names)
  const plain = (word: string) => word.toLowerCase().replace(/[^a-z0-9]/g, '')
  const same = candidates.find((candidate) => plain(candidate) === plain(filter))
  return same ?? nearestWord(filter.trim(), candidates)
}

/** Points of a gradient that lie between two layers, so that they change nothing. */
function idlePoints(recipe: Recipe, stage: RecipeStage, tensors: readonly TensorT[]): Finding[] {
  const dialect = parameterDialect(recipe.dialect, 't')
  if (dialect !== 'mergekit' && dialect !== 'mergekit-2023') return []
  return lanesOf(stage)
    .filter(({ at }) => at.parameter === 't')
    .flatMap(({ at, entries }) =>
      entries.flatMap((entry, lane) => {
        const { value, line } = entry
        const places = tensors.filter((tensor) => tensor.entry === entry).map(({ place }) => place)
        if (typeof value === 'number' || value.length < 3 || value.length > MAX_POINTS || places.length === 0) return []
        const unit = (j: number): Gradient => value.map((_, i) => (i === j ? 1 : 0))
        const distinct = [...new Map(places.map((place) => [JSON.stringify(place), place])).values()]
        const idle = [...value.keys()].filter((j) => distinct.every((place) => tensorT(dialect, unit(j), place) === 0))
        const depths = new Set(distinct.flatMap((place) => (place.kind === 'layer' ? [place.layers] : [])))
        const [layers] = depths
        if (idle.length === 0 || layers === undefined) return []
        const points = listInWords(idle.map((j) => `${j + 1}`))
        const shorter = resample(value, layers)
        const fits = depths.size === 1 && idle.length < value.length
        return [
          {
            severity: 'warning' as const,
            message: `${idle.length === 1 ? `The point ${points}` : `The points ${points}`} of ${formatGradient(value)} ${idle.length === 1 ? 'changes' : 'change'} nothing: ${value.length} points are spread over ${layers} layers, and no layer lies near ${idle.length === 1 ? 'it' : 'them'}.`,
            line,
            ...(fits
              ? {
                  mend: {
                    label: `Write ${layers} points with the same t`,
                    edits: [{ kind: 'set-gradient', at, lane, value: shorter } as const],
                  },
                }
              : {}),
          },
        ]
      }),
    )
}

/** norm and lm_head that take the first value of a gradient: right for mergekit of today, and often not what was meant. */
function outerFirst(recipe: Recipe, stage: RecipeStage, tensors: readonly TensorT[]): Finding[] {
  if (recipe.dialect !== 'mergekit') return []
  const outer = tensors.filter(({ place }) => place.kind === 'norm' || place.kind === 'head')
  const entries = [...new Set(outer.map(({ entry }) => entry))]
  return entries.flatMap((entry) => {
    if (entry === null || typeof entry.value === 'number') return []
    const [first, last] = [entry.value[0], entry.value.at(-1)]
    if (first === undefined || last === undefined || first === last) return []
    const lanes = lanesOf(stage).find(({ at, entries }) => at.parameter === 't' && entries.includes(entry))
    if (lanes === undefined) return []
    const names = outer.filter((tensor) => tensor.entry === entry).map(({ name }) => name)
    // A filter of such a name would hold for other tensors too.
    const isPlain = names.every((name) => tensors.filter((other) => other.name.includes(name)).length === 1)
    const edits = names
      .toReversed()
      .map((name) => ({ kind: 'add-lane', at: lanes.at, lane: { filter: name, value: last }, before: 0 }) as const)
    const several = names.length > 1
    return [
      {
        severity: 'note' as const,
        message: `${listInWords(names)} ${several ? 'take' : 'takes'} the first value ${first} of ${formatGradient(entry.value)}, not the last: so ${several ? 'they do' : 'does it'} in ${DIALECT_WORDS.mergekit.label}.`,
        line: entry.line,
        ...(isPlain ? { mend: { label: `Give ${several ? 'them' : 'it'} ${last}`, edits } } : {}),
      },
    ]
  })
}
