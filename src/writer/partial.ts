import { readCardText } from '../plan/card-text.ts'
import type { Fingerprint } from '../plan/fingerprint.ts'
import type { Plan } from '../plan/plan.ts'
import type { OutputSettings } from '../plan/settings.ts'

/** An unfinished output folder has this file; it goes when the shard index is written. */
export const PARTIAL_FILE = 'slerp-studio.partial.json'

/** Chromium writes NAME.crswap and renames it when the file is closed; a killed browser leaves it behind. */
const SWAP = '.crswap'

/** xxh128 of a tensor of a model; the checkpoint is its index in the plan, and in the record's `models`. */
export type SourceHash = readonly [checkpoint: number, tensor: string, hash: string]

/** NaN and infinite elements of a tensor of a model. */
export type SourceNonFinite = readonly [checkpoint: number, tensor: string, nan: number, infinite: number]

/** What was found out about a tensor's sources while it was merged. */
export interface SourceFacts {
  /** Of those that were read whole; none where nothing is verified. */
  readonly hashes: readonly SourceHash[]
  /** Of those that have any. */
  readonly nonFinite: readonly SourceNonFinite[]
}

/** The record of a shard that was closed and checked: xxh128 of every tensor, in hexadecimal. */
export interface FinishedShard {
  readonly name: string
  readonly byteLength: number
  readonly tensors: readonly (readonly [name: string, hash: string])[]
  /** Of the tensors that it was made from. A record of an earlier version has none. */
  readonly sources?: readonly SourceHash[]
  readonly nonFinite?: readonly SourceNonFinite[]
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
    return checked(JSON.parse(text))
  } catch {
    return null
  }
}

/** True where both describe the same merge, whatever is finished of it. */
export function isSameMerge(a: Partial, b: Partial): boolean {
  return (
    a.fingerprint.recipe === b.fingerprint.recipe && a.fingerprint.inputs === b.fingerprint.inputs && a.plan === b.plan
  )
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

/** What was read may be of another version of the page, or hostile: every member that is used is looked at. */
function checked(value: unknown): Partial | null {
  const { version, fingerprint, plan, recipe, settings, models, shards, files, finished } = members(value)
  const { recipe: recipeHash, inputs } = members(fingerprint)
  const { dtype, shardBytes, card } = members(settings)
  const valid =
    version === 1 &&
    isHash(recipeHash) &&
    isHash(inputs) &&
    isHash(plan) &&
    typeof recipe === 'string' &&
    (dtype === null || dtype === 'F16' || dtype === 'BF16' || dtype === 'F32') &&
    (shardBytes === null || (isSize(shardBytes) && shardBytes > 0)) &&
    (card === undefined || readCardText(card) !== null) &&
    isList(models, (model) => typeof model['model'] === 'string' && typeof model['name'] === 'string') &&
    isList(models, (model) => isHash(model['fingerprint'])) &&
    isList(shards, (shard) => isFileName(shard['name']) && isShardName(shard['name']) && isSize(shard['byteLength'])) &&
    Array.isArray(files) &&
    files.every(isFileName) &&
    isList(finished, isFinished)
  return valid ? (value as Partial) : null
}

function isFinished(shard: Members): boolean {
  const { name, byteLength, tensors, sources = [], nonFinite = [] } = shard
  const isPair = (pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string' && isHash(pair[1])
  const isTuple = (tuple: unknown, length: number) =>
    Array.isArray(tuple) && tuple.length === length && isSize(tuple[0]) && typeof tuple[1] === 'string'
  return (
    isFileName(name) &&
    isSize(byteLength) &&
    Array.isArray(tensors) &&
    tensors.every(isPair) &&
    Array.isArray(sources) &&
    sources.every((source: unknown) => isTuple(source, 3) && isHash((source as unknown[])[2])) &&
    Array.isArray(nonFinite) &&
    nonFinite.every((counts: unknown) => isTuple(counts, 4) && (counts as unknown[]).slice(2).every(isSize))
  )
}

type Members = Readonly<Record<string, unknown>>

/** The members of an object; of anything else, none. */
function members(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {}
}

function isList(value: unknown, isItem: (item: Members) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isItem(members(item)))
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value)
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** One plain file name: no separators, no `..`. */
function isFileName(value: unknown): value is string {
  return typeof value === 'string' && /^[^/\\]+$/.test(value) && value !== '.' && value !== '..'
}
