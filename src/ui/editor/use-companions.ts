import { useMemo } from 'react'
import type { Dialect } from '../../recipe/dialect.ts'
import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import { type Subject, selectSubject } from '../../store/edits-view.ts'
import { curveOf } from './curve.ts'
import type { Companion } from './gradient-chart.tsx'
import { lanesAt, lanesInUse } from './lane-use.ts'
import { referenceColour } from './stage-ends.ts'
import { sameSubject, subjectModel, subjectsOf, subjectTitle } from './subjects.ts'

/** More than these would be a thicket. */
const MOST = 12

/** The curves of the same parameter of the other models, each in its model's colour: of each the lane with the most tensors. */
export function useCompanions(
  recipe: Recipe,
  stage: RecipeStage,
  subject: Subject,
  names: readonly string[],
  layers: number,
  dialect: Dialect,
  colours: ReadonlyMap<string, number>,
): readonly Companion[] {
  return useMemo(() => {
    const others = subjectsOf(stage).filter(
      (each) => each.parameter === subject.parameter && each.source !== null && !sameSubject(each, subject),
    )
    return others.slice(0, MOST).flatMap((each): Companion[] => {
      const use = lanesInUse(stage, names, layers, each)
      const lane = use.lanes.toSorted((a, b) => b.tensors - a.tensors)[0]
      const value = lane === undefined ? undefined : lanesAt(stage, lane.ref)[lane.ref.lane]?.value
      const model = subjectModel(stage, each)
      if (lane === undefined || value === undefined || model === null) return []
      return [
        {
          key: `${each.parameter} ${each.source}`,
          title: subjectTitle(recipe, stage, each),
          colour: referenceColour(recipe, model, colours),
          curve: curveOf(value, lane, use.sections, dialect),
          onPick: () => selectSubject(each),
        },
      ]
    })
  }, [recipe, stage, subject, names, layers, dialect, colours])
}
