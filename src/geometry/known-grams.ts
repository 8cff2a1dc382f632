import { getMany, setMany } from 'idb-keyval'
import { gramStore } from './gram-cache.ts'
import type { JobGrams } from './grams.ts'

/** The exact Gram matrices of a job together with the content that they are of: enough to blend it without measuring it first. */
export interface KnownGrams {
  readonly grams: JobGrams
  /** xxh128 of each source of the job, all of its bytes. */
  readonly hashes: readonly string[]
  /** Of each source. */
  readonly nonFinite: readonly (readonly [nan: number, infinite: number])[]
}

/**
 * What earlier readings found.
 * @param keys from `gramKey`; null finds nothing
 * @returns one for each key; nothing where the browser keeps nothing (private windows)
 */
export async function readKnownGrams(keys: readonly (string | null)[]): Promise<(KnownGrams | null)[]> {
  try {
    const found = await getMany<KnownGrams | undefined>(keys.map(nameOf), gramStore())
    return keys.map((key, index) => (key === null ? null : (found[index] ?? null)))
  } catch {
    return keys.map(() => null)
  }
}

/** Keeps matrices and hashes, both in one entry: one without the other would be taken for what it is not. */
export async function keepKnownGrams(
  entries: readonly (readonly [key: string | null, known: KnownGrams])[],
): Promise<void> {
  const named = entries.flatMap(([key, known]): [string, KnownGrams][] => (key === null ? [] : [[nameOf(key), known]]))
  if (named.length === 0) return
  try {
    await setMany(named, gramStore())
  } catch {
    // The next merge measures again.
  }
}

function nameOf(key: string | null): string {
  return `known ${key}`
}
