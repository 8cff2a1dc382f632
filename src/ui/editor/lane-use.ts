import { isCatchAll } from '../../recipe/parameters.ts'
import type { FilteredValue, RecipeStage } from '../../recipe/recipe.ts'
import { outerPlace, parseLayerName } from '../../recipe/tensor-name.ts'
import type { LaneLevel, LaneRef, Subject } from '../../store/edits-view.ts'

/** Layers [from, to) over which a gradient runs: those of one slice. */
export interface Section {
  readonly slice: number
  readonly from: number
  readonly to: number
}

/** The places that are no layers, in the order of the depth axis. */
export const OUTER_KINDS = ['embedding', 'norm', 'head'] as const
export type OuterKind = (typeof OUTER_KINDS)[number]

export interface OuterUse {
  readonly kind: OuterKind
  /** The tensor that stands for the place. */
  readonly name: string
  /** The lane that holds for it; null where none does. */
  readonly owner: LaneRef | null
}

export interface LaneUse {
  readonly ref: LaneRef
  /** How many tensors take their value from this lane. */
  readonly tensors: number
  /** For each layer of the stage: whether any of its tensors does. */
  readonly layers: readonly boolean[]
}

export interface StageUse {
  readonly layers: number
  readonly sections: readonly Section[]
  readonly lanes: readonly LaneUse[]
  readonly outer: readonly OuterUse[]
}

/** What is shaped in a slerp. */
export const T: Subject = { parameter: 't', source: null }

/** Lanes of a parameter at one level of a stage. */
export function lanesAt(stage: RecipeStage, { parameter, source, slice }: LaneLevel): readonly FilteredValue[] {
  const level = slice === null ? stage : stage.slices[slice]
  const owner = source === null ? level : stage.slices[slice ?? 0]?.sources[source]
  return owner?.parameters.get(parameter) ?? []
}

/** Lanes of a parameter at every level, those of the slices first, as they are tried; of a model its own alone. */
export function laneRefs(stage: RecipeStage, subject: Subject): readonly LaneRef[] {
  const levels = [...stage.slices.keys(), ...(subject.source === null ? [null] : [])]
  return levels.flatMap((slice) =>
    lanesAt(stage, { ...subject, slice }).map((_, lane) => ({ ...subject, slice, lane })),
  )
}

/** Which tensors take their value from which lane. Depends on filters and names alone, not on values. */
export function lanesInUse(
  stage: RecipeStage,
  names: readonly string[],
  layers: number,
  subject: Subject = T,
): StageUse {
  const sections = sectionsOf(stage, layers)
  const refs = laneRefs(stage, subject)
  const uses = refs.map((ref) => ({ ref, tensors: 0, layers: Array.from({ length: layers }, () => false) }))
  const outer = new Map<OuterKind, OuterUse>()
  for (const name of names) {
    const layer = parseLayerName(name)?.layer ?? null
    const kind = layer === null ? (outerPlace(name).kind as OuterKind) : null
    const slice =
      layer === null
        ? kind === 'embedding'
          ? 0
          : sections.length - 1
        : (sections.find(({ from, to }) => layer >= from && layer < to)?.slice ?? -1)
    const index = refs.findIndex(
      (ref) => (ref.slice === null || ref.slice === slice) && matches(lanesAt(stage, ref)[ref.lane], name),
    )
    const use = uses[index]
    if (use !== undefined) {
      use.tensors++
      if (layer !== null && layer < layers) use.layers[layer] = true
    }
    if (kind !== null && !outer.has(kind)) outer.set(kind, { kind, name, owner: use?.ref ?? null })
  }
  return { layers, sections, lanes: uses, outer: OUTER_KINDS.flatMap((kind) => outer.get(kind) ?? []) }
}

function matches(lane: FilteredValue | undefined, name: string): boolean {
  return lane !== undefined && (isCatchAll(lane.filter) || name.includes(lane.filter ?? ''))
}

function sectionsOf(stage: RecipeStage, layers: number): readonly Section[] {
  let from = 0
  return stage.slices.map(({ sources }, slice) => {
    const range = sources.find(({ layerRange }) => layerRange !== null)?.layerRange
    const section = { slice, from, to: from + (range ? range[1] - range[0] : layers) }
    from = section.to
    return section
  })
}

export function sameLane(a: LaneRef | null, b: LaneRef | null): boolean {
  return a?.slice === b?.slice && a?.lane === b?.lane && a?.parameter === b?.parameter && a?.source === b?.source
}
