import * as v from 'valibot'
import type { Fingerprint } from '../plan/fingerprint.ts'
import type { Plan } from '../plan/plan.ts'
import type { OutputSettings } from '../plan/settings.ts'

/** An unfinished output folder has this file; it goes when the shard index is written. */
export const PARTIAL_FILE = 'slerp-studio.partial.json'

/** Chromium writes NAME.crswap and renames it when the file is closed; a killed browser leaves it behind. */
const SWAP = '.crswap'

/** The record of a shard that was closed and checked: xxh128 of every tensor, in hexadecimal. */
export interface FinishedShard {
  readonly name: string
  readonly byteLength: number
  readonly tensors: readonly (readonly [name: string, hash: string])[]
}

/**
 * What an unfinished folder knows of its merge: enough to go on with it on another day and in another profile. No dates and no names of
 * machines, as in every file of ours.
 */
export interface Partial {
  readonly version: 1
  readonly fingerprint: Fingerprint
  /** Hash of all jobs: another version of the page may plan the same recipe another way. */
  readonly plan: string
  /** The recipe's text. */
  readonly recipe: string
  readonly settings: OutputSettings
  readonly models: readonly { readonly model: string; readonly name: string; readonly fingerprint: string }[]
  readonly shards: readonly { readonly name: string; readonly byteLength: number }[]
  /** Names of the files that come after the shards. */
  readonly files: readonly string[]
  readonly finished: readonly FinishedShard[]
}

export function newPartial(plan: Plan, planHash: string): Partial {
  return {
    version: 1,
    fingerprint: plan.fingerprint,
    plan: planHash,
    recipe: plan.recipeText,
    settings: plan.settings,
    models: plan.checkpoints.map(({ model, name, fingerprint }) => ({ model, name, fingerprint })),
    shards: plan.shards.map(({ name, byteLength }) => ({ name, byteLength })),
    files: plan.files.map(({ name }) => name),
    finished: [],
  }
}

export function encodePartial(partial: Partial): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(partial, null, 1)}\n`)
}

/** @returns null for anything that is not a record of ours: the file may be torn, or somebody else's */
export function decodePartial(text: string): Partial | null {
  try {
    const result = v.safeParse(PARTIAL, JSON.parse(text))
    return result.success ? (result.output as Partial) : null
  } catch {
    return null
  }
}

/** True where both describe the same merge, whatever is finished of it. */
export function isSameMerge(a: Partial, b: Partial): boolean {
  return a.fingerprint.recipe === b.fingerprint.recipe && a.fingerprint.inputs === b.fingerprint.inputs && a.plan === b.plan
}

/** The file that a swap file was to become; null for other names. */
export function swapTarget(name: string): string | null {
  return name.endsWith(SWAP) ? name.slice(0, -SWAP.length).replace(/\.\d+$/, '') : null
}

/** True for names that a merge of ours gives to shards. */
export function isShardName(name: string): boolean {
  return /^model-\d{5,}-of-\d{5,}\.safetensors$/.test(name)
}

/** True for what a merge with this record may have written: the only names that are ever removed. */
export function isOurs(name: string, partial: Partial | null): boolean {
  const target = swapTarget(name) ?? name
  if (target === PARTIAL_FILE) return true
  if (partial === null) return isShardName(target)
  return partial.shards.some((shard) => shard.name === target) || partial.files.includes(target)
}

/** One plain file name: no separators, no `..`. */
const fileName = v.pipe(
  v.string(),
  v.regex(/^[^/\\]+$/),
  v.check((name) => name !== '.' && name !== '..'),
)
const byteLength = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))
const PARTIAL = v.object({
  version: v.literal(1),
  fingerprint: v.object({ recipe: hash, inputs: hash }),
  plan: hash,
  recipe: v.string(),
  // Settings grow with the page; what is unknown to this one is kept, and makes another fingerprint.
  settings: v.looseObject({
    dtype: v.nullable(v.picklist(['F16', 'BF16', 'F32'])),
    shardBytes: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  }),
  models: v.array(v.object({ model: v.string(), name: v.string(), fingerprint: hash })),
  shards: v.array(v.object({ name: v.pipe(fileName, v.check(isShardName)), byteLength })),
  files: v.array(fileName),
  finished: v.array(v.object({ name: fileName, byteLength, tensors: v.array(v.tuple([v.string(), hash])) })),
})
