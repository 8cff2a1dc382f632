import type { Checkpoint } from '../formats/checkpoint.ts'
import { prepareMerge } from '../merge/client.ts'
import type { Plan } from '../plan/plan.ts'
import { planMerge } from '../plan/plan-merge.ts'
import { makeRetimer, type Retimer } from '../plan/retime.ts'
import type { PlanSettings } from '../plan/settings.ts'
import { makeTimer, type Timer } from '../plan/timer.ts'
import { withCardText } from '../plan/with-card.ts'
import { error, type Problem, StudioError } from '../problem.ts'
import { lint } from '../recipe/lint.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { parseByteSize } from './byte-size.ts'
import { cardTextOf } from './card-text.ts'
import { matchModels, modelKey } from './matching.ts'
import { roomProblem } from './room.ts'
import { type FoundProblem, type Studio, useStudio, wordsOf } from './studio.ts'

const GIB = 2 ** 30

/** A quarter of the memory that the browser reports (in GiB, rounded down for privacy), at least 1 GiB. */
export function automaticMemoryBudget(): number {
  const reported = (navigator as Navigator & { readonly deviceMemory?: number }).deviceMemory ?? 4
  return Math.max(GIB, Math.floor((reported * GIB) / 4))
}

/** Makes matches, plan and problems anew from everything the user has set. Called after each change. */
export function replan(): void {
  const studio = useStudio.getState()
  const opened = studio.models.filter((model) => model.phase !== 'failed')
  const matches = matchModels(studio.recipe?.models ?? [], opened, studio.chosen)
  const problems: Problem[] = []
  const settings = readSettings(studio, problems)
  const checkpoints = matchedCheckpoints(studio, matches, problems)
  for (const model of studio.models)
    if (model.phase === 'open')
      problems.push(...model.checkpoint.problems.map((problem) => ({ ...problem, where: problem.where ?? model.name })))
  const ready = problems.every((problem) => problem.severity !== 'error')
  const plan =
    ready && settings !== null && checkpoints !== null ? makePlan(studio, checkpoints, settings, problems) : null
  if (plan !== null) problems.push(...plan.problems)
  const { output } = studio
  if (plan !== null && output.phase === 'ready') {
    const problem = roomProblem(output.room ?? null, plan.totals.bytesWritten)
    if (problem !== null) problems.push(problem)
  }
  // While the text has errors the plan is that of the last good recipe, whose lines are no longer those of the text.
  const isStale = studio.parsed.recipe === null
  const found = isStale ? problems.map(({ line: _, ...problem }) => problem) : problems
  if (plan !== null) prepareMerge()
  useStudio.setState({ matches, plan, problems: inOrder([...findingsOf(studio, plan), ...found]) })
}

/** Prepares the plan for a gesture that changes t of one stage; null while there is no plan. */
export function retimerOf(recipe: Recipe, stage: string | null): Retimer | null {
  const studio = useStudio.getState()
  const settings = readSettings(studio, [])
  const checkpoints = matchedCheckpoints(studio, studio.matches, [])
  if (studio.plan === null || settings === null || checkpoints === null) return null
  return makeRetimer(recipe, checkpoints, settings, stage)
}

/** Prepares for reading t of one stage by the plan's jobs in each frame of a gesture; null where that needs another plan. */
export function timerOf(plan: Plan, recipe: Recipe, stage: string | null): Timer | null {
  const studio = useStudio.getState()
  const settings = readSettings(studio, [])
  const checkpoints = matchedCheckpoints(studio, studio.matches, [])
  if (settings === null || checkpoints === null) return null
  return makeTimer(plan.jobs, recipe, checkpoints, settings, stage)
}

/** The last plan, and all that it was made from. */
let made: { readonly plan: Plan; readonly from: readonly unknown[] } | null = null

function makePlan(
  studio: Studio,
  checkpoints: ReadonlyMap<string, Checkpoint>,
  settings: PlanSettings,
  problems: Problem[],
) {
  const { recipe } = studio
  if (recipe === null) return null
  const { card, ...rest } = settings
  const from = [recipe, ...recipe.models.map((model) => checkpoints.get(model)), JSON.stringify(rest)]
  // A model that the recipe does not name, or another card, changes no tensor: what is measured and merged of the plan goes on.
  if (made !== null && made.from.length === from.length && made.from.every((part, i) => part === from[i])) {
    const isSame = card === undefined || JSON.stringify(made.plan.settings.card) === JSON.stringify(card)
    return isSame ? made.plan : withCardText(made.plan, card)
  }
  try {
    const plan = planMerge(recipe, checkpoints, settings)
    made = { plan, from }
    return plan
  } catch (cause) {
    problems.push(error(cause instanceof StudioError ? cause.message : wordsOf(cause)))
    return null
  }
}

function readSettings(studio: Studio, problems: Problem[]): PlanSettings | null {
  const { settings } = studio
  const read = (text: string, label: string): number | null => {
    const bytes = parseByteSize(text)
    if (text.trim() !== '' && bytes === null)
      problems.push(
        error(`${label} “${text.trim()}” is not a size; write for example 5GB or 500MB, or leave it empty.`, {
          where: 'Settings',
        }),
      )
    return bytes
  }
  const before = problems.length
  const shardBytes = read(settings.shardSize, 'The shard size')
  const memoryBudget = read(settings.memoryBudget, 'The memory budget') ?? automaticMemoryBudget()
  return problems.length > before ? null : { dtype: settings.dtype, shardBytes, memoryBudget, card: cardTextOf(studio) }
}

/** The checkpoint of each model of the recipe; null while one is missing (said in `problems`) or still being opened. */
function matchedCheckpoints(
  studio: Studio,
  matches: ReadonlyMap<string, number>,
  problems: Problem[],
): ReadonlyMap<string, Checkpoint> | null {
  if (studio.recipe === null) return null
  const checkpoints = new Map<string, Checkpoint>()
  for (const model of studio.recipe.models) {
    const match = studio.models.find((candidate) => candidate.id === matches.get(model))
    if (match === undefined) problems.push(error(whyMissing(studio, model), lineOf(studio.recipeText, model)))
    // Until its tokenizer is read, which rows it has for which tokens is not known, and a plan would change under the user's eyes.
    else if (match.phase === 'open' && match.checkpoint.vocabulary !== undefined)
      checkpoints.set(model, match.checkpoint)
  }
  return checkpoints.size === studio.recipe.models.length ? checkpoints : null
}

function whyMissing(studio: Studio, model: string): string {
  const failed = studio.models.find((candidate) => candidate.name.toLowerCase() === modelKey(model))
  if (failed?.phase === 'failed') return `The recipe’s model “${model}” could not be opened: ${failed.message}`
  const named = studio.models.filter((candidate) => candidate.name.toLowerCase() === modelKey(model))
  if (named.length > 0)
    return `It is not clear which folder the recipe’s model “${model}” means, since ${named.length > 1 ? `${named.length} open folders are called “${named[0]?.name}”` : `another model of the recipe would be “${named[0]?.name}” too`}: choose its folder by hand.`
  return `The recipe’s model “${model}” has no folder yet: add its folder, or choose one of the open folders for it.`
}

function lineOf(text: string, model: string): { line?: number } {
  const index = text.split('\n').findIndex((line) => line.includes(model))
  return index < 0 ? {} : { line: index + 1 }
}

/** What the linter says of the text; of the names of tensors too, as soon as there is a plan that has them. */
function findingsOf({ parsed }: Studio, plan: Plan | null): readonly FoundProblem[] {
  const names = plan === null || plan.jobs.length === 0 ? null : plan.jobs.map(({ name }) => name)
  return lint(parsed, names).map(({ severity, ...finding }) => ({
    ...finding,
    severity: severity === 'error' ? 'error' : 'warning',
  }))
}

/** Errors first, then by line; the same sentence once. */
function inOrder(problems: readonly FoundProblem[]): readonly FoundProblem[] {
  const seen = new Map(problems.map((problem) => [`${problem.line} ${problem.message}`, problem]))
  const rank = (problem: Problem): number => (problem.severity === 'error' ? 0 : 1e9) + (problem.line ?? 1e8)
  return [...seen.values()].toSorted((a, b) => rank(a) - rank(b))
}
