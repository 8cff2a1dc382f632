import type { Edit, ParameterPlace } from '../../recipe/edit.ts'
import type { Lane } from '../../recipe/presets.ts'
import type { Gradient, RecipeStage } from '../../recipe/recipe.ts'
import { editRecipe, type Gesture } from '../../store/edits.ts'
import type { LaneLevel, LaneRef } from '../../store/edits-view.ts'
import { lanesAt, type OuterUse, type StageUse, sameLane } from './lane-use.ts'

/** Where the lanes of a level stand in the text. */
export function placeOf(stage: RecipeStage, { parameter, source, slice }: LaneLevel): ParameterPlace {
  return {
    stage: stage.name,
    parameter,
    ...(slice === null || (stage.wholeModels && source !== null) ? {} : { slice }),
    ...(source === null ? {} : { source }),
  }
}

/** Gives a lane another value, in the text. */
export function setLane(
  stage: RecipeStage,
  ref: LaneRef,
  value: Gradient,
  label: string,
  key: string | null = null,
): boolean {
  const edit: Edit = { kind: 'set-gradient', at: placeOf(stage, ref), lane: ref.lane, value }
  return editRecipe([edit], label, key)
}

/** A gesture that gives a lane another value. */
export function laneGesture(stage: RecipeStage, ref: LaneRef, value: Gradient, label: string): Gesture {
  const at = placeOf(stage, ref)
  const lanes = lanesAt(stage, ref).map((lane, index): Lane => (index === ref.lane ? { ...lane, value } : lane))
  return { at, lanes, edits: [{ kind: 'set-gradient', at, lane: ref.lane, value }], label }
}

/**
 * A gesture that gives one place outside the layers a value of its own: a lane for it comes before the one that held for it, unless that
 * lane is for this place alone.
 */
export function outerGesture(stage: RecipeStage, use: StageUse, outer: OuterUse, t: number): Gesture | null {
  const { owner, name } = outer
  if (owner === null) return null
  const label = `set ${owner.parameter} of ${outerTitle(outer)}`
  const held = use.lanes.find(({ ref }) => sameLane(ref, owner))
  if (held?.tensors === 1) return laneGesture(stage, owner, t, label)
  const at = placeOf(stage, owner)
  const lane: Lane = { filter: name.replace(/\.(?:weight|bias)$/, ''), value: t }
  const lanes = lanesAt(stage, owner)
  return {
    at,
    lanes: [...lanes.slice(0, owner.lane), lane, ...lanes.slice(owner.lane)],
    edits: [{ kind: 'add-lane', at, lane, before: owner.lane }],
    label,
  }
}

/** What a place outside the layers is called: the last word of its tensor's name. */
export function outerTitle({ name }: OuterUse): string {
  return (
    name
      .replace(/\.(?:weight|bias)$/, '')
      .split('.')
      .at(-1) ?? name
  )
}

/** What a lane is called. */
export function laneTitle(filter: string | null, ref: LaneRef, slices: number): string {
  const name = filter === null || filter === '*' || filter === '' ? 'All other tensors' : filter
  return ref.slice === null || slices < 2 ? name : `Slice ${ref.slice + 1}: ${name}`
}
