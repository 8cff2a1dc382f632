import type { Checkpoint } from '../formats/checkpoint.ts'
import { error, type Problem, warning } from '../problem.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { elementCount } from '../tensor/tensor.ts'
import { hasVocabularyRows } from './anatomy.ts'
import { checkAnatomy } from './anatomy-check.ts'
import { cardParts } from './card.ts'
import type { Findings } from './findings.ts'
import { checkpointFingerprint, fingerprintOf, shardMetadata } from './fingerprint.ts'
import { makeJob, type UnplacedJob } from './job.ts'
import { reportTowers } from './module-check.ts'
import { planFiles } from './output-files.ts'
import type { Job, Plan, PlanTotals } from './plan.ts'
import type { PlanSettings } from './settings.ts'
import { automaticShards, layOutShards, type ShardPlace } from './shards.ts'
import { type CheckpointModel, resolveStages, type StageModel } from './stage-model.ts'
import { resultNames } from './tensor-sources.ts'
import { Vocabularies } from './vocabulary.ts'
import { makeVocabularyJob } from './vocabulary-job.ts'
import { summariseVocabulary } from './vocabulary-summary.ts'

/** How many names a sentence lists before it counts the rest. */
const NAMES_SHOWN = 3

/**
 * Makes the plan of a merge: every decision, as plain data. Pure, and quick enough to run on every change.
 *
 * Semantics are those of mergekit 0.1.4: gradients restart in every slice and mean what the recipe's dialect says; embed_tokens takes the first
 * slice's sources and parameters, norm and lm_head those of the last; where vocabularies differ, embedding and head are cut to the common
 * rows; a missing head is stood in for by the embedding.
 *
 * @param checkpoints opened checkpoints by the name the recipe uses for them
 * @returns a plan with problems; it may only be run when none of them is an error
 */
export function planMerge(recipe: Recipe, checkpoints: ReadonlyMap<string, Checkpoint>, settings: PlanSettings): Plan {
  const problems: Problem[] = []
  const effective = withOutputDtype(recipe, settings)
  const resolved = resolveStages(effective, checkpoints, problems)
  if (resolved === null) return emptyPlan(recipe, problems, settings)
  const { final, checkpoints: opened } = resolved
  const findings: Findings = { problems, missing: new Map(), seen: new Set() }
  const vocabularies = new Vocabularies(problems)
  const unplaced: UnplacedJob[] = []
  for (const name of resultNames(final)) {
    const job =
      hasVocabularyRows(name) && !vocabularies.isTrivial(final)
        ? makeVocabularyJob(final, name, vocabularies, findings)
        : makeJob(final, name, findings, settings.memoryBudget)
    if (job !== null) unplaced.push(job)
  }
  if (unplaced.length === 0 && problems.length === 0) {
    problems.push(
      error(
        'The recipe makes no tensor: its slices cover no layer, and no model has an embedding: check that the folders hold language models, and the recipe its slices.',
      ),
    )
  }
  reportMissing(findings)
  if (vocabularies.isTrivial(final)) reportRows(final, unplaced, problems)
  reportSkipped(opened, problems)
  reportTowers(final, problems)
  for (const { checkpoint, anatomy, label } of opened) problems.push(...checkAnatomy(checkpoint, anatomy, label))
  const bytes = unplaced.reduce((sum, job) => sum + job.byteLength, 0)
  const fingerprint = fingerprintOf(effective, checkpoints, settings)
  const { shardBytes } = settings
  const limit = shardBytes === null ? automaticShards(bytes) : () => shardBytes
  const { shards, places } = layOutShards(unplaced, limit, shardMetadata(fingerprint))
  const jobs = unplaced.map((job, index) => placed(job, places[index] ?? { shard: 0, offset: 0 }))
  const card = cardParts(effective, checkpoints)
  const embedding = jobs.find(({ name }) => name === final.anatomy.embedding)
  const head = jobs.find(({ name }) => name === final.anatomy.head)
  return {
    fingerprint,
    ...origin(recipe, settings),
    checkpoints: opened.map(({ checkpoint }, i) => ({
      model: recipe.models[i] ?? '',
      name: checkpoint.name,
      fingerprint: checkpointFingerprint(checkpoint),
    })),
    jobs,
    shards,
    files: planFiles({
      recipe: effective,
      checkpoints,
      final,
      opened,
      jobs,
      places,
      shards,
      problems,
      vocabularies,
      card,
      cardText: settings.card,
    }),
    card,
    problems,
    totals: totalsOf(
      jobs,
      shards.reduce((sum, shard) => sum + shard.byteLength, 0),
    ),
    vocabulary:
      embedding === undefined
        ? null
        : summariseVocabulary(final, vocabularies, opened, embedding.shape[0] ?? 0, head?.shape[0] ?? null),
    memoryBudget: settings.memoryBudget,
  }
}

/** The output dtype chosen on the page is the final stage's out_dtype. */
export function withOutputDtype(recipe: Recipe, settings: PlanSettings): Recipe {
  const final = recipe.stages.at(-1)
  if (settings.dtype === null || final === undefined) return recipe
  return { ...recipe, stages: [...recipe.stages.slice(0, -1), { ...final, outDtype: settings.dtype }] }
}

function reportMissing({ missing, problems }: Findings): void {
  for (const [model, names] of missing) {
    const rest = names.length - NAMES_SHOWN
    const list = names.slice(0, NAMES_SHOWN).join(', ')
    problems.push(
      error(
        `"${model}" lacks ${names.length === 1 ? 'the tensor' : `${names.length} tensors:`} ${list}${rest > 0 ? ` and ${rest} more` : ''}, which the models it is merged with have: take checkpoints of the same architecture.`,
        { where: model },
      ),
    )
  }
}

/** Says where vocabularies differ: rows are dropped then, and that should be no surprise. */
function reportRows(final: StageModel, jobs: readonly UnplacedJob[], problems: Problem[]): void {
  for (const job of jobs) {
    if (!hasVocabularyRows(job.name)) continue
    const rows = job.shape[0] ?? 0
    const longer = job.sources.filter(({ tensor }) => (tensor.shape[0] ?? 0) > rows)
    if (longer.length === 0) continue
    const found = [...new Set(longer.map(({ tensor }) => tensor.shape[0]))].join(' and ')
    problems.push(
      warning(
        `The vocabularies differ: ${job.name} keeps the common ${rows} rows, and rows beyond them (of ${found}) are dropped${final.stage.method === 'slerp' ? ', as mergekit does' : ''}.`,
      ),
    )
    return
  }
}

function reportSkipped(opened: readonly CheckpointModel[], problems: Problem[]): void {
  for (const { anatomy, label } of opened) {
    if (anatomy.skipped.length === 0) continue
    problems.push(
      warning(
        `"${label}" stores ${anatomy.skipped.length} buffers (${anatomy.skipped[0]}, …), which loaders compute anew: they are not written.`,
        { where: label },
      ),
    )
  }
}

function totalsOf(jobs: readonly Job[], bytesWritten: number): PlanTotals {
  let [parameters, bytesReadOnce, bytesReadTwice] = [0, 0, 0]
  for (const job of jobs) {
    parameters += elementCount(job.shape)
    bytesReadOnce += job.bytesReadOnce
    bytesReadTwice += job.bytesReadTwice
  }
  return { tensors: jobs.length, parameters, bytesReadOnce, bytesReadTwice, bytesWritten }
}

/** The job with its place. Member by member: a copy by spreading takes a tenth of the time of a plan of tens of thousands. */
function placed(job: UnplacedJob, { shard, offset }: ShardPlace): Job {
  return {
    name: job.name,
    kind: job.kind,
    dtype: job.dtype,
    shape: job.shape,
    byteLength: job.byteLength,
    sources: job.sources,
    inputs: job.inputs,
    segments: job.segments,
    stages: job.stages,
    layer: job.layer,
    bytesReadOnce: job.bytesReadOnce,
    bytesReadTwice: job.bytesReadTwice,
    shard,
    offset,
  }
}

function emptyPlan(recipe: Recipe, problems: readonly Problem[], settings: PlanSettings): Plan {
  return {
    fingerprint: { recipe: '', inputs: '' },
    ...origin(recipe, settings),
    checkpoints: [],
    jobs: [],
    shards: [],
    files: [],
    card: null,
    problems,
    totals: { tensors: 0, parameters: 0, bytesReadOnce: 0, bytesReadTwice: 0, bytesWritten: 0 },
    vocabulary: null,
    memoryBudget: settings.memoryBudget,
  }
}

function origin({ text }: Recipe, { memoryBudget: _, ...output }: PlanSettings): Pick<Plan, 'recipeText' | 'settings'> {
  return { recipeText: text, settings: output }
}
