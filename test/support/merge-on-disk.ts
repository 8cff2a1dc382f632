import { join } from 'node:path'
import type { Engine } from '../../src/engine/engine.ts'
import { openCheckpoint } from '../../src/formats/open-checkpoint.ts'
import { mergePlan } from '../../src/merge/merge-plan.ts'
import type { MergeReport } from '../../src/merge/report.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { planMerge } from '../../src/plan/plan-merge.ts'
import type { PlanSettings } from '../../src/plan/settings.ts'
import { parseRecipe } from '../../src/recipe/index.ts'
import { diskSink, readModelFolder } from './disk.ts'
import { onlyKernelsOf } from './kernels-of-plan.ts'
import { SETTINGS } from './settings.ts'

/** Plans and runs a recipe over folders on disk, as the page does, but in this process. Throws on any error problem. */
export async function mergeOnDisk(
  recipeText: string,
  modelsAt: string,
  output: string,
  engine: Engine,
  settings: PlanSettings = SETTINGS,
): Promise<{ plan: Plan; report: MergeReport }> {
  const { recipe, problems } = parseRecipe(recipeText)
  if (recipe === null) throw new Error(problems.map(({ message }) => message).join('\n'))
  const checkpoints = new Map(
    await Promise.all(
      recipe.models.map(async (name) => [name, await openCheckpoint(readModelFolder(join(modelsAt, name)))] as const),
    ),
  )
  const plan = planMerge(recipe, checkpoints, settings)
  const errors = plan.problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  const report = await mergePlan({
    plan: structuredClone(plan),
    inputs: recipe.models.map((name) => {
      const checkpoint = checkpoints.get(name)
      if (checkpoint === undefined) throw new Error(name)
      return { files: checkpoint.files, sidecars: checkpoint.sidecars }
    }),
    sink: diskSink(output),
    engine: onlyKernelsOf(plan, engine),
    engineReason: 'the test chose it',
    verify: true,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  })
  return { plan, report }
}
