import { useMemo } from 'react'
import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import { type LaneRef, type Subject, useEditorView } from '../../store/edits-view.ts'
import { type LaneUse, lanesInUse, type StageUse, sameLane } from './lane-use.ts'
import { type StageNames, stageNames } from './stage-names.ts'
import { useCheckpoints } from './use-checkpoints.ts'

export interface ShownLanes extends StageNames {
  readonly use: StageUse
  /** Null where the recipe gives the parameter no value. */
  readonly lane: LaneUse | null
}

/** Names of the stage's tensors, which of them takes its value from which lane, and the lane that is shaped. */
export function useLanes(recipe: Recipe, stage: RecipeStage, { parameter, source }: Subject): ShownLanes {
  const checkpoints = useCheckpoints()
  const wanted = useEditorView((view) => view.lane)
  const shape = shapeOf(stage, parameter)
  // biome-ignore lint/correctness/useExhaustiveDependencies: names and use depend on sources and filters (the shape), not on values.
  const found = useMemo(() => stageNames(recipe, stage, checkpoints), [shape, checkpoints])
  const { names, layers } = found
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above.
  const use = useMemo(
    () => lanesInUse(stage, names, layers, { parameter, source }),
    [shape, names, layers, parameter, source],
  )
  return { ...found, use, lane: activeLane(use, wanted) }
}

/** Sources, ranges and filters of a stage: what names and use depend on. */
function shapeOf(stage: RecipeStage, parameter: string): string {
  const filters = (parameters: RecipeStage['parameters']) => parameters.get(parameter)?.map(({ filter }) => filter)
  return JSON.stringify([
    stage.name,
    stage.method,
    stage.slices.map(({ sources, parameters }) => [
      sources.map(({ model, layerRange, parameters: own }) => [model, layerRange, filters(own)]),
      filters(parameters),
    ]),
    filters(stage.parameters),
  ])
}

/** The lane asked for, else the one that most tensors take their value from. */
function activeLane(use: StageUse, wanted: LaneRef | null): LaneUse | null {
  const asked = wanted === null ? undefined : use.lanes.find(({ ref }) => sameLane(ref, wanted))
  return (
    asked ??
    use.lanes.reduce<LaneUse | null>((most, lane) => (lane.tensors > (most?.tensors ?? -1) ? lane : most), null)
  )
}
