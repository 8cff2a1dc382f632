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
  const parts = slices.flatMap((slice) =>
    Array.from({ length: slice.layers }, (_, i) => {
      const names = slice.sources.flatMap(({ model, from }) => [...(model.anatomy.parts[from + i] ?? [])])
      return new Set(names)
    }),
  )
  const { anatomy } = lead
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

export function leadOf(slice: ResolvedSlice): Model {
  const lead = slice.sources[slice.base < 0 ? 0 : slice.base]
  if (lead === undefined) throw new Error('a slice has a source')
  return lead.model
}
