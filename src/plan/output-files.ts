import type { Checkpoint } from '../formats/checkpoint.ts'
import type { JsonObject } from '../formats/json.ts'
import { type Problem, warning } from '../problem.ts'
import { DEFAULT_DIALECT } from '../recipe/dialect.ts'
import { exportForMergekit } from '../recipe/export.ts'
import type { Recipe } from '../recipe/recipe.ts'
import type { DType } from '../tensor/dtype.ts'
import { isHead } from './anatomy.ts'
import { type CardParts, writeCard } from './card.ts'
import type { CardText } from './card-text.ts'
import { configFile } from './config-file.ts'
import type { Job, PlannedFile, PlannedShard } from './plan.ts'
import { type ShardPlace, shardIndex } from './shards.ts'
import type { CheckpointModel, Model, StageModel } from './stage-model.ts'
import type { Vocabularies } from './vocabulary.ts'
import { copied, isTokenizerFile, tokenizerEdit, tokenizerFiles } from './vocabulary-files.ts'

export const SHARD_INDEX = 'model.safetensors.index.json'

/** Files of a model folder that the merge writes itself, so that the base model's are not copied. */
const WRITTEN_ANEW = new Set(['README.md', 'config.json', 'mergekit_config.yml', SHARD_INDEX])

interface OutputFacts {
  readonly recipe: Recipe
  readonly checkpoints: ReadonlyMap<string, Checkpoint>
  readonly final: StageModel
  readonly opened: readonly CheckpointModel[]
  readonly jobs: readonly Job[]
  readonly places: readonly ShardPlace[]
  readonly shards: readonly PlannedShard[]
  readonly problems: Problem[]
  readonly vocabularies: Vocabularies
  readonly card: CardParts
  readonly cardText: CardText | undefined
}

/** The files beside the shards: config, the base model's sidecars, recipe, model card; the shard index last of all. */
export function planFiles(facts: OutputFacts): PlannedFile[] {
  const base = baseCheckpoint(facts.final)
  if (base === null) return []
  const files: PlannedFile[] = []
  const tokens = facts.vocabularies.of(facts.final)
  const origin = tokens.origin ?? base
  const rows = embeddingOf(facts)?.shape[0] ?? Number.POSITIVE_INFINITY
  const edit = tokenizerEdit(facts.final, tokens, rows, facts.opened, facts.problems)
  if (base.checkpoint.config === null) {
    facts.problems.push(
      warning(
        `"${base.label}" has no config.json, so that the result gets none, and loaders will ask for one: put the model's config.json into its folder and open it again.`,
        {
          where: base.label,
        },
      ),
    )
  } else {
    files.push({ name: 'config.json', text: configFile(withTokenIds(base, origin), configFacts(facts)) })
  }
  for (const name of [...base.checkpoint.sidecars.keys()].sort()) {
    if (WRITTEN_ANEW.has(name) || isTokenizerFile(name)) continue
    const hasOwn = name === 'generation_config.json' && origin.checkpoint.sidecars.has(name)
    files.push(copied(hasOwn ? origin : base, name, edit))
  }
  files.push(...tokenizerFiles(origin, edit, facts.problems))
  files.push({ name: 'mergekit_config.yml', text: mergekitText(facts) })
  files.push({ name: 'README.md', text: writeCard(facts.card, facts.cardText) })
  files.push({ name: SHARD_INDEX, text: shardIndex(facts.jobs, facts.places, facts.shards) })
  return files
}

/** The recipe as today's mergekit must read it to give the same t; the recipe as it is stands in the model card. */
function mergekitText({ recipe, jobs }: OutputFacts): string {
  const names = jobs.map(({ name }) => name)
  const written = recipe.dialect === DEFAULT_DIALECT ? recipe : exportForMergekit(recipe.text, names)
  return 'text' in written ? written.text : recipe.text
}

/** The checkpoint that gives config and tokenizer: the base model, through stages where it is one. */
function baseCheckpoint(model: Model): CheckpointModel | null {
  let at: Model | null = model
  while (at !== null && at.kind === 'stage') at = at.base
  return at
}

/** The base model's config with the numbers of the special tokens of the model whose tokenizer the result has. */
function withTokenIds(base: CheckpointModel, origin: CheckpointModel): JsonObject {
  const config = new Map(base.checkpoint.config ?? [])
  if (origin === base) return config
  for (const [key, value] of origin.checkpoint.config ?? [])
    if (/^(bos|eos|pad)_token_id$/.test(key)) config.set(key, value)
  return config
}

function embeddingOf({ final, jobs }: OutputFacts): Job | undefined {
  return jobs.find((job) => job.name === final.anatomy.embedding)
}

function configFacts(facts: OutputFacts): Parameters<typeof configFile>[1] {
  const { final, jobs } = facts
  const embedding = embeddingOf(facts)
  return {
    layers: final.anatomy.layers,
    origins: Array.from({ length: final.anatomy.layers }, (_, layer) => originOf(final, layer)),
    vocabularySize: embedding?.shape[0] ?? null,
    dtype: mainDtype(jobs),
    tied: embedding !== undefined && !jobs.some((job) => isHead(job.name)),
  }
}

/** The layer that a layer of the result descends from, through the base (or first) source of each stage. */
function originOf(model: Model, layer: number): number {
  if (model.kind === 'checkpoint') return layer
  const slice = model.slices.find(({ firstLayer, layers }) => layer >= firstLayer && layer < firstLayer + layers)
  const source = slice?.sources[Math.max(0, slice.base)]
  return slice === undefined || source === undefined
    ? layer
    : originOf(source.model, source.from + layer - slice.firstLayer)
}

/** The dtype of most bytes. */
function mainDtype(jobs: readonly Job[]): DType {
  const bytes = new Map<DType, number>()
  for (const job of jobs) bytes.set(job.dtype, (bytes.get(job.dtype) ?? 0) + job.byteLength)
  return [...bytes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'F32'
}
