import type { Checkpoint } from '../formats/checkpoint.ts'
import { countsTensors, tensorT } from '../recipe/dialect.ts'
import { findParameter } from '../recipe/lookup.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { makeJob } from './job.ts'
import type { Job, JobStage, Plan } from './plan.ts'
import { withOutputDtype } from './plan-merge.ts'
import type { PlanSettings } from './settings.ts'
import { resolveStages, type StageModel } from './stage-model.ts'
import { findStandings, levelsOf } from './standings.ts'

/** A plan with the t that a recipe gives; the recipe differs from the one it was made for in t of one stage only. */
export type Retimer = (plan: Plan, recipe: Recipe) => Plan

/**
 * Prepares for a gesture that changes t of one stage many times a second. A call touches only the rules of that stage, about a
 * millisecond for 723 tensors; where t reaches or leaves 0 or 1, so that a tensor is copied or no longer is, its job is made anew.
 * Shards, files and problems stay those of the given plan: `planMerge` follows when the gesture ends.
 */
export function makeRetimer(
  recipe: Recipe,
  checkpoints: ReadonlyMap<string, Checkpoint>,
  settings: PlanSettings,
  stageName: string | null,
): Retimer {
  const found = findStandings(recipe, checkpoints, settings, stageName)
  if (found === null) return (plan) => plan
  const { label, standings, places } = found
  return (plan, changed) => {
    const stage = changed.stages.find(({ name }) => name === stageName)
    if (stage === undefined) return plan
    const remake = remaker(changed, checkpoints, settings)
    const jobs = plan.jobs.map((job) => {
      const standing = standings.get(job.name)
      if (standing === undefined) return remake(job)
      const entry = findParameter(levelsOf(stage, standing), 't', job.name)
      if (entry === null) return remake(job)
      const list = countsTensors(changed.dialect) ? places(entry.filter, job.name) : undefined
      return withT(job, label, tensorT(changed.dialect, entry.value, standing.place, list)) ?? remake(job)
    })
    return { ...plan, jobs }
  }
}

/** The job with another t in one stage; null where that changes more than a number. */
function withT(job: Job, label: string, t: number): Job | null {
  const index = job.stages.findIndex((stage) => stage.label === label)
  const old = job.stages[index]
  if (old === undefined || old.rule.method !== 'slerp' || t === 0 || t === 1) return null
  if (old.rule.t === t) return job
  const changed: JobStage = { ...old, rule: { ...old.rule, t } }
  return { ...job, stages: job.stages.with(index, changed) }
}

function remaker(recipe: Recipe, checkpoints: ReadonlyMap<string, Checkpoint>, settings: PlanSettings) {
  let final: StageModel | null | undefined
  const findings = { problems: [], missing: new Map<string, string[]>(), seen: new Set<string>() }
  return (job: Job): Job => {
    if (final === undefined) final = resolveStages(withOutputDtype(recipe, settings), checkpoints, [])?.final ?? null
    const made = final === null ? null : makeJob(final, job.name, findings, settings.memoryBudget)
    return made === null ? job : { ...made, shard: job.shard, offset: job.offset }
  }
}
