import { type Anatomy, respell } from './anatomy.ts'
import type { Model, ResolvedModule, ResolvedSlice } from './stage-model.ts'

/** Names that the stage's result will have, in the spelling of each slice's base (or first) source. */
export function stageAnatomy(
  slices: readonly ResolvedSlice[],
  first: ResolvedSlice,
  last: ResolvedSlice,
  layers: number,
  modules: readonly ResolvedModule[],
): Anatomy {
  const lead = leadOf(first)
  const { anatomy } = lead
  const parts = slices.flatMap((slice) =>
    Array.from({ length: slice.layers }, (_, i) => layerParts(slice, i, anatomy.prefix)),
  )
  const spelled = (model: Model, name: string): string => respell(name, model.anatomy, anatomy)
  const before = new Set(first.sources.flatMap(({ model }) => model.anatomy.before.map((name) => spelled(model, name))))
  // Modules may name models that the text model is not merged from.
  const seeing = [first, ...modules.map(({ slice }) => slice)].flatMap(({ sources }) => sources)
  const towers = new Set(seeing.flatMap(({ model }) => [...model.anatomy.towers]))
  const after = new Set(last.sources.flatMap(({ model }) => model.anatomy.after.map((name) => spelled(model, name))))
  const headed = last.sources.find(({ model }) => model.anatomy.head !== null)?.model
  const head = headed === undefined ? null : spelled(headed, headed.anatomy.head ?? '')
  const ordered = [...after].filter((name) => name !== head)
  return {
    prefix: lead.anatomy.prefix,
    layers,
    parts,
    before: [...new Set([...before, ...towers])],
    after: head === null ? ordered : [...ordered, head],
    embedding: lead.anatomy.embedding,
    head,
    stem: lead.anatomy.stem,
    towers,
    skipped: [],
  }
}

/** All that the sources have in the i-th layer of a slice; mostly that is what the first one has, and its list serves as it is. */
function layerParts(slice: ResolvedSlice, i: number, prefix: string): ReadonlyMap<string, string> {
  const lists = slice.sources.map(({ model, from }) => model.anatomy.parts[from + i] ?? NOTHING)
  const layer = slice.firstLayer + i
  const [source, first] = [slice.sources[0], lists[0]]
  const isSpelledAlike = source?.model.anatomy.prefix === prefix && source.from + i === layer
  if (first !== undefined && isSpelledAlike && lists.every((list) => holdsAll(first, list))) return first
  const parts = new Map<string, string>()
  for (const list of lists) for (const part of list.keys()) parts.set(part, `${prefix}${layer}.${part}`)
  return parts
}

const NOTHING: ReadonlyMap<string, string> = new Map()

/** Lists that hold all of others: those of opened checkpoints stay the same from plan to plan. */
const HELD = new WeakMap<ReadonlyMap<string, string>, WeakSet<ReadonlyMap<string, string>>>()

function holdsAll(list: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  if (other === list) return true
  const held = HELD.get(list) ?? new WeakSet()
  if (held.has(other)) return true
  if (other.size > list.size) return false
  for (const part of other.keys()) if (!list.has(part)) return false
  HELD.set(list, held.add(other))
  return true
}

export function leadOf(slice: ResolvedSlice): Model {
  const lead = slice.sources[slice.base < 0 ? 0 : slice.base]
  if (lead === undefined) throw new Error('a slice has a source')
  return lead.model
}
