import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Recipe } from '../recipe/recipe.ts'
import type { PlanSettings } from './settings.ts'
import { sha256 } from './sha256.ts'

/** What a merge is made from, in two short hashes: two merges with equal ones write the same files, but for the model card. Contents of weights are not part of it. */
export interface Fingerprint {
  /** Of the recipe's stages and the output settings; comments and line numbers don't count. */
  readonly recipe: string
  /** Of the headers of all inputs: file names and sizes, and name, dtype, shape and place of every tensor. */
  readonly inputs: string
}

/** 128 bits of a SHA-256: nobody gains by forging one, so that only accidents matter. */
const DIGITS = 32

/** Under these names a shard's metadata carry the fingerprint. */
export const RECIPE_KEY = 'slerp_studio_recipe'
export const INPUTS_KEY = 'slerp_studio_inputs'

/** @param checkpoints by the name the recipe uses; all models of the recipe are there */
export function fingerprintOf(
  recipe: Recipe,
  checkpoints: ReadonlyMap<string, Checkpoint>,
  settings: PlanSettings,
): Fingerprint {
  // The memory budget does not change a byte of the output. What a person wrote for the model card changes README.md alone, which is
  // written after the last shard: finished shards stay good, and a merge is gone on with whatever the card says by then.
  const { memoryBudget: _, card: _card, ...output } = settings
  const inputs = recipe.models.map((model) => {
    const checkpoint = checkpoints.get(model)
    return checkpoint === undefined ? '' : checkpointFingerprint(checkpoint)
  })
  return {
    recipe: shortHash(canonical({ stages: recipe.stages, models: recipe.models, output })),
    inputs: shortHash(inputs.join('\n')),
  }
}

const known = new WeakMap<Checkpoint, string>()

/** Hash of a checkpoint's headers. Computed once for each opened checkpoint: a plan is made on every change of the recipe. */
export function checkpointFingerprint(checkpoint: Checkpoint): string {
  let fingerprint = known.get(checkpoint)
  if (fingerprint === undefined) {
    const files = checkpoint.files.map(({ name, blob }) => [name, blob.size])
    const tensors = [...checkpoint.tensors.values()].map(({ name, dtype, shape, file, offset, strides }) =>
      JSON.stringify([name, dtype, shape, file, offset, strides ?? null]),
    )
    fingerprint = shortHash(`${JSON.stringify(files)}\n${tensors.toSorted().join('\n')}`)
    known.set(checkpoint, fingerprint)
  }
  return fingerprint
}

/** The metadata of every shard. */
export function shardMetadata({ recipe, inputs }: Fingerprint): ReadonlyMap<string, string> {
  return new Map([
    ['format', 'pt'],
    [RECIPE_KEY, recipe],
    [INPUTS_KEY, inputs],
  ])
}

/**
 * Plain data as one text, the same for equal data: members of objects by name, maps and sets as their entries. Members called `line` or
 * `text` are left out: they say where something stands in the recipe's text, or are that text.
 */
export function canonical(value: unknown): string {
  if (value instanceof Map || value instanceof Set) return `m${canonical([...value])}`
  if (ArrayBuffer.isView(value)) return canonical(Array.from(value as Uint8Array))
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([key, member]) => key !== 'line' && key !== 'text' && member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`
}

function shortHash(text: string): string {
  return sha256(text).slice(0, DIGITS)
}
