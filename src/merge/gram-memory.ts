import type { WeightFile } from '../formats/checkpoint.ts'
import { gramKey, hasGrams, type JobGrams, type KnownGrams, keepKnownGrams, readKnownGrams } from '../geometry/index.ts'
import { computeCoefficients } from '../plan/coefficients.ts'
import type { Job, Plan } from '../plan/plan.ts'
import { isBased, isElementwise } from '../plan/rule-kinds.ts'
import type { SourceHash, SourceNonFinite } from '../writer/partial.ts'
import type { KnownTensor } from './tensor-context.ts'

/** What is kept together: a transaction costs more than what it writes. */
const KEEP_TOGETHER = 64

/** The exact Gram matrices that earlier readings found of a plan's jobs, by their indices, and a place for new ones. */
export interface GramMemory {
  known(job: number): KnownGrams | null
  keep(job: number, found: KnownGrams): void
  /** Resolves when everything is kept. */
  flush(): Promise<void>
}

/** The browser's own memory of a plan's jobs. @param files weight files by checkpoint of the plan */
export async function storedGrams(
  { jobs }: Pick<Plan, 'jobs'>,
  files: readonly (readonly WeightFile[])[],
): Promise<GramMemory> {
  const keys = jobs.map((job) => (isReadWhole(job) ? knownKey(job, files) : null))
  const found = await readKnownGrams(keys)
  let news: [string | null, KnownGrams][] = []
  const flush = async (): Promise<void> => {
    const kept = news
    news = []
    await keepKnownGrams(kept)
  }
  return {
    known: (job) => found[job] ?? null,
    keep: (job, known) => {
      news.push([keys[job] ?? null, known])
      if (news.length >= KEEP_TOGETHER) void flush()
    },
    flush,
  }
}

/**
 * The key of what is known of a job. A merge sums either the tensors' own products or those of differences, and has the others from these,
 * equal but for the last bits: the two are kept apart, since a merge's bytes may not depend on what was read before it.
 */
export function knownKey(job: Job, files: readonly (readonly WeightFile[])[]): string | null {
  const key = gramKey(job, files)
  return key === null || !takesDifferences(job) ? key : `${key} differences`
}

function takesDifferences(job: Job): boolean {
  return job.stages.some(({ rule }) => isBased(rule))
}

/** A job before its inputs are read again: its coefficients, where they follow from what is known. */
export function fromKnown(job: Job, known: KnownGrams | null): KnownTensor | null {
  if (known === null || !isReadWhole(job)) return null
  if (known.hashes.length !== job.sources.length || known.nonFinite.length !== job.sources.length) return null
  if (takesDifferences(job) && known.grams.some(({ differences }) => differences === null)) return null
  const coefficients = computeCoefficients(
    job,
    known.grams.map(({ gram }) => gram),
    new Map(),
    known.grams.map(({ differences }) => differences),
  )
  // Stages over rounded stages may have to be measured on the tensor itself.
  if (coefficients.needs !== null) return null
  const nonFinite = job.sources.flatMap(({ checkpoint, tensor }, source): SourceNonFinite[] => {
    const [nan, infinite] = known.nonFinite[source] ?? [0, 0]
    return nan + infinite === 0 ? [] : [[checkpoint, tensor.name, nan, infinite]]
  })
  return { coefficients, nonFinite }
}

/** True where a merge reads every byte of a job's sources in order, so that a hash of them means the whole, and needs inner products. */
export function isReadWhole(job: Job): boolean {
  return (
    (job.kind === 'resident' || job.kind === 'streamed') &&
    hasGrams(job) &&
    job.stages.every(({ rule }) => !isElementwise(rule)) &&
    job.segments.length === 1 &&
    job.sources.every(
      ({ tensor }) =>
        tensor.strides === undefined && tensor.byteLength > 0 && (tensor.shape[0] ?? 1) === (job.segments[0]?.to ?? 1),
    )
  )
}

/** @returns null where not every source was read whole */
export function knownOf(
  job: Job,
  grams: JobGrams,
  found: readonly SourceHash[],
  nonFinite: readonly SourceNonFinite[],
): KnownGrams | null {
  const hashes = hashesOf(job, found)
  const counts = job.sources.map(({ checkpoint, tensor }): readonly [number, number] => {
    const [, , nan = 0, infinite = 0] = nonFinite.find(([c, name]) => c === checkpoint && name === tensor.name) ?? []
    return [nan, infinite]
  })
  return hashes === null ? null : { grams, hashes, nonFinite: counts }
}

/** True where the bytes that were read are those that the Gram matrices are of. */
export function isSameContent(job: Job, known: KnownGrams, found: readonly SourceHash[]): boolean {
  const hashes = hashesOf(job, found)
  return hashes?.every((hash, source) => hash === known.hashes[source]) ?? false
}

function hashesOf(job: Job, found: readonly SourceHash[]): string[] | null {
  const hashes = job.sources.flatMap(({ checkpoint, tensor }) => {
    const [, , hash] = found.find(([c, name]) => c === checkpoint && name === tensor.name) ?? []
    return hash === undefined ? [] : [hash]
  })
  return hashes.length === job.sources.length ? hashes : null
}
