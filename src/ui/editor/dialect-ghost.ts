import type { Dialect } from '../../recipe/dialect.ts'
import type { RecipeStage } from '../../recipe/recipe.ts'
import { curveOf, outerT } from './curve.ts'
import { outerTitle } from './lane-edits.ts'
import { type LaneUse, lanesAt, type StageUse, sameLane } from './lane-use.ts'
import { formatT } from './words.ts'

/**
 * The dialect that a recipe's own is compared with.
 * @param chosen undefined where nothing was chosen: then the other reading that a recipe of unknown age might have meant; null for none
 */
export function comparedDialect(own: Dialect, chosen: Dialect | null | undefined): Dialect | null {
  if (chosen === undefined) return own === 'mergekit' ? 'mergekit-2023' : 'mergekit'
  return chosen === own ? null : chosen
}

/** Where a parameter of the lane has another value under another dialect, by places of the depth axis. */
export function placesInWords(stage: RecipeStage, use: StageUse, lane: LaneUse, own: Dialect, ghost: Dialect): string {
  const value = lanesAt(stage, lane.ref)[lane.ref.lane]?.value ?? 0
  const ours = curveOf(value, lane, use.sections, own)
  const theirs = curveOf(value, lane, use.sections, ghost)
  const layers = ours.filter(
    (t, layer) => !Number.isNaN(t) && Math.abs(t - (theirs[layer] ?? Number.NaN)) >= 1e-9,
  ).length
  const outer = use.outer.flatMap((place) => {
    if (place.owner === null || !sameLane(place.owner, lane.ref)) return []
    const [t, other] = [outerT(stage, place, own), outerT(stage, place, ghost)]
    if (t === null || other === null || Math.abs(t - other) < 1e-9) return []
    return [`${outerTitle(place)} ${formatT(other)} instead of ${formatT(t)}`]
  })
  const parts = [...(layers === 0 ? [] : [layers === 1 ? 'one layer' : `${layers} layers`]), ...outer]
  return parts.length === 0
    ? `The same ${lane.ref.parameter} everywhere.`
    : `Another ${lane.ref.parameter} there: ${parts.join(', ')}.`
}
