import { isMap, isSeq, type YAMLMap } from 'yaml'
import { removePair, setKey, setPairValue } from './edit-keys.ts'
import { editParameter } from './edit-parameters.ts'
import { removeKeys, stageDocument } from './edit-stages.ts'
import { METHOD_FACTS } from './method-facts.ts'
import { isMethod, parameterFacts } from './methods.ts'
import type { Method } from './recipe.ts'
import {
  NotEditable,
  openSource,
  pairOf,
  type Splice,
  scalarText,
  splice,
  type YamlSource,
  yamlText,
} from './yaml-source.ts'

/** What a parameter that a method cannot do without begins with, where it is no weight. */
const FIRST_VALUES: Readonly<Record<string, Partial<Record<Method, number>>>> = {
  t: { slerp: 0.5, nearswap: 0.001 },
}

interface NewMethod {
  readonly stage: string | null
  readonly method: Method
}

/**
 * The text with another method in a stage: what the new one does not read goes, a base is named where it needs one, and what it cannot do
 * without is given a value: t of 0.5, even weights.
 * @throws NotEditable where a place in the text is not there
 */
export function writeMethod(text: string, { stage, method }: NewMethod): string {
  const change = (now: string, splices: (source: YamlSource, root: YAMLMap) => readonly Splice[]): string => {
    const source = openSource(now)
    return splice(now, splices(source, stageDocument(source, stage).root))
  }
  let old = ''
  let now = change(text, (source, root) => {
    const pair = pairOf(root, 'merge_method')
    old = scalarText(pair?.value) ?? ''
    if (pair === null) throw new NotEditable('The stage has no merge_method that could be changed.')
    return [setPairValue(source, root, pair, method)]
  })
  now = withoutUnread(now, change, (name) => meansTheSame(name, old, method))
  now = change(now, (source, root) => baseEdit(source, root, method))
  return withRequired(now, change, { stage, method })
}

type Change = (text: string, splices: (source: YamlSource, root: YAMLMap) => readonly Splice[]) => string

/** t of a slerp is none of nearswap, nor DELLA's epsilon that of RAM. */
function meansTheSame(name: string, old: string, method: Method): boolean {
  const facts = parameterFacts(method, name)
  return facts !== null && (!isMethod(old) || parameterFacts(old, name)?.words === facts.words)
}

/** Takes out the parameters that the method does not read, one after the other, and what is empty then. */
function withoutUnread(text: string, change: Change, isKept: (name: string) => boolean): string {
  for (let now = text; ; ) {
    const next = change(now, (source, root) => {
      for (const { map } of levelsOf(root)) {
        const pair = pairOf(map, 'parameters')
        const parameters = pair?.value
        if (pair === null || !isMap(parameters)) continue
        const unread = parameters.items.filter((item) => !isKept(scalarText(item.key) ?? ''))
        const [first] = unread
        if (first === undefined) continue
        return [
          unread.length === parameters.items.length
            ? removePair(source, map, pair)
            : removePair(source, parameters, first),
        ]
      }
      return []
    })
    if (next === now) return now
    now = next
  }
}

/** A base where the method needs one: the first model; none where it would take one of the only two. */
function baseEdit(source: YamlSource, root: YAMLMap, method: Method): readonly Splice[] {
  const facts = METHOD_FACTS[method]
  const models = modelsOf(root)
  const base = scalarText(pairOf(root, 'base_model')?.value)
  if (base === null) {
    const [first] = models
    if (first === undefined || facts.base === 'none' || facts.base === 'optional') return []
    return [setKey(source, root, 'base_model', yamlText(first), ['name', 'merge_method'])]
  }
  const beside = models.filter((model) => model !== base).length
  return facts.base === 'optional' && beside < facts.models[0] ? removeKeys(source, root, 'base_model') : []
}

function withRequired(text: string, change: Change, { stage, method }: NewMethod): string {
  const { base: kind, shared, perModel } = METHOD_FACTS[method]
  let now = text
  for (const { name, default: value } of shared) {
    if (value !== null) continue
    now = change(now, (source, root) =>
      levelsOf(root).some(({ map, own }) => !own && hasParameter(map, name))
        ? []
        : editParameter(source, {
            kind: 'set-gradient',
            at: { stage, parameter: name },
            lane: 0,
            value: FIRST_VALUES[name]?.[method] ?? 1,
          }),
    )
  }
  for (const { name, default: value } of perModel) {
    if (value !== null) continue
    for (let done = false; !done; ) {
      const next = change(now, (source, root) => {
        const base = kind === 'none' || kind === 'end' ? null : scalarText(pairOf(root, 'base_model')?.value)
        if (levelsOf(root).some(({ map, own }) => !own && hasParameter(map, name))) return []
        const entries = entriesOf(root).filter(({ model }) => model !== base)
        const missing = entries.find(({ map }) => !hasParameter(map, name))
        if (missing === undefined) return []
        const { slice, index } = missing
        const count = entries.filter((entry) => entry.slice === slice).length
        const at = { stage, parameter: name, source: index, ...(slice === null ? {} : { slice }) }
        return editParameter(source, {
          kind: 'set-gradient',
          at,
          lane: 0,
          value: Number((1 / Math.max(1, count)).toFixed(3)),
        })
      })
      done = next === now
      now = next
    }
  }
  return now
}

interface Level {
  readonly map: YAMLMap
  /** True for an entry of models or sources. */
  readonly own: boolean
}

interface Entry {
  readonly map: YAMLMap
  readonly model: string | null
  /** Null for an entry of models. */
  readonly slice: number | null
  readonly index: number
}

function levelsOf(root: YAMLMap): readonly Level[] {
  const slices = mapsOf(root, 'slices').map((map) => ({ map, own: false }))
  return [{ map: root, own: false }, ...slices, ...entriesOf(root).map(({ map }) => ({ map, own: true }))]
}

function entriesOf(root: YAMLMap): readonly Entry[] {
  const entry = (map: YAMLMap, index: number, slice: number | null): Entry => ({
    map,
    model: scalarText(pairOf(map, 'model')?.value),
    slice,
    index,
  })
  const models = mapsOf(root, 'models').map((map, index) => entry(map, index, null))
  const sources = mapsOf(root, 'slices').flatMap((slice, number) =>
    mapsOf(slice, 'sources').map((map, index) => entry(map, index, number)),
  )
  return [...models, ...sources]
}

function modelsOf(root: YAMLMap): readonly string[] {
  const base = scalarText(pairOf(root, 'base_model')?.value)
  const models = entriesOf(root).flatMap(({ model }) => model ?? [])
  return [...new Set(base === null ? models : [...models, base])]
}

function mapsOf(map: YAMLMap, key: string): readonly YAMLMap[] {
  const value = pairOf(map, key)?.value
  return isSeq(value) ? value.items.filter((item): item is YAMLMap => isMap(item)) : []
}

function hasParameter(map: YAMLMap, name: string): boolean {
  const parameters = pairOf(map, 'parameters')?.value
  return isMap(parameters) && pairOf(parameters, name) !== null
}
