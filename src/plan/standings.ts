import type { Checkpoint } from '../formats/checkpoint.ts'
import { countsTensors, type Place } from '../recipe/dialect.ts'
import type { Parameters, Recipe, RecipeStage } from '../recipe/recipe.ts'
import { listPlaces } from '../recipe/stage-t.ts'
import { inListOrder } from '../recipe/tensor-name.ts'
import { withOutputDtype } from './plan-merge.ts'
import type { PlanSettings } from './settings.ts'
import { resolveStages, type StageModel } from './stage-model.ts'
import { findSources, resultNames } from './tensor-sources.ts'

/** Where one tensor of a slerp stage stands; what a change of t leaves as it is. */
export interface Standing {
  readonly slice: number
  readonly place: Place
}

/** The tensors of one stage of a recipe, while its t changes. */
export interface Standings {
  /** As `JobStage.label` has it. */
  readonly label: string
  /** By name. */
  readonly standings: ReadonlyMap<string, Standing>
  /** For dialects that count tensors. */
  readonly places: ReturnType<typeof listPlaces>
}

/** @returns null where the recipe has no such stage */
export function findStandings(
  recipe: Recipe,
  checkpoints: ReadonlyMap<string, Checkpoint>,
  settings: PlanSettings,
  stageName: string | null,
): Standings | null {
  const final = resolveStages(withOutputDtype(recipe, settings), checkpoints, [])?.final
  const model = final === undefined ? null : findStage(final, stageName)
  if (model === null) return null
  const names = resultNames(model)
  return {
    label: model.label,
    standings: standingsOf(model, names, recipe),
    places: listPlaces(countsTensors(recipe.dialect) ? inListOrder(names) : []),
  }
}

/** The levels of parameters that a tensor of the stage takes its value from, nearest first. */
export function levelsOf(stage: RecipeStage, { slice }: Pick<Standing, 'slice'>): readonly Parameters[] {
  const own = stage.slices[slice]
  return own === undefined ? [stage.parameters] : [own.parameters, stage.parameters]
}

/** Names are the same through all stages only where no stage renumbers layers; of other recipes none is known. */
function standingsOf(model: StageModel, names: readonly string[], recipe: Recipe): ReadonlyMap<string, Standing> {
  const standings = new Map<string, Standing>()
  if (model.stage.method !== 'slerp' || !recipe.stages.every(({ wholeModels }) => wholeModels)) return standings
  for (const name of names) {
    const found = findSources(model, name)
    if (found === null) continue
    const slice = model.slices.indexOf(found.slice)
    // What `modules` merges beside the text model is made anew.
    if (slice >= 0) standings.set(name, { slice, place: found.place })
  }
  return standings
}

function findStage(from: StageModel, name: string | null): StageModel | null {
  if (from.stage.name === name) return from
  for (const { sources } of from.slices) {
    for (const { model } of sources) {
      const found = model.kind === 'stage' ? findStage(model, name) : null
      if (found !== null) return found
    }
  }
  return null
}
