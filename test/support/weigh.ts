import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CONFORMANCE, recipeOf } from '../../e2e/conformance-cases.ts'
import type { Checkpoint } from '../../src/formats/checkpoint.ts'
import { openCheckpoint } from '../../src/formats/open-checkpoint.ts'
import type { JobGrams } from '../../src/geometry/index.ts'
import { sampleGram } from '../../src/geometry/index.ts'
import type { Job, Plan } from '../../src/plan/plan.ts'
import { planMerge } from '../../src/plan/plan-merge.ts'
import { parseRecipe } from '../../src/recipe/index.ts'
import { readModelFolder } from './disk.ts'
import { roundTo } from './float64.ts'
import { valuesOf } from './merge-in-memory.ts'
import { SETTINGS } from './settings.ts'

export interface OpenedPlan {
  readonly plan: Plan
  readonly opened: readonly Checkpoint[]
}

/** Plans a recipe over opened checkpoints, by the names that it uses. */
export function planOf(recipeText: string, checkpoints: ReadonlyMap<string, Checkpoint>): OpenedPlan {
  const { recipe, problems } = parseRecipe(recipeText)
  if (recipe === null) throw new Error(problems.map(({ message }) => message).join('\n'))
  return {
    plan: planMerge(recipe, checkpoints, SETTINGS),
    opened: recipe.models.map((name) => checkpoints.get(name) as Checkpoint),
  }
}

/** Opens the models of a conformance case and plans its recipe. */
export async function openCase(name: string): Promise<OpenedPlan> {
  const { recipe } = parseRecipe(recipeOf(name))
  const opened = await Promise.all(
    (recipe?.models ?? []).map(
      async (model) => [model, await openCheckpoint(readModelFolder(join(CONFORMANCE, model)))] as const,
    ),
  )
  return planOf(readFileSync(join(CONFORMANCE, 'cases', name, 'recipe.yml'), 'utf8'), new Map(opened))
}

/** Every element of every input read and summed. */
export async function exactGrams(job: Job, opened: readonly Checkpoint[]): Promise<JobGrams> {
  const whole = { tileBytes: 1, tiles: 1, firstTiles: 1, wholeBytes: Number.POSITIVE_INFINITY }
  for await (const grams of sampleGram(
    job,
    opened.map(({ files }) => files),
    whole,
  ))
    return grams
  throw new Error(`${job.name} has no segments`)
}

/** The inputs of a job as the merge takes them, read and rounded by code of its own, cut to the rows of the output. */
export async function inputValues(
  job: Job,
  opened: readonly Checkpoint[],
  rows = job.shape[0] ?? 1,
): Promise<Float64Array[]> {
  const perRow = job.shape.slice(1).reduce((product, size) => product * size, 1)
  return Promise.all(
    job.inputs.map(async ({ source, round }) => {
      const { checkpoint, tensor } = job.sources[source] as Job['sources'][number]
      const values = await valuesOf(opened[checkpoint] as Checkpoint, tensor.name)
      const cut = values.subarray(0, rows * perRow)
      return round === null ? cut : cut.map((x) => roundTo(x, round))
    }),
  )
}
