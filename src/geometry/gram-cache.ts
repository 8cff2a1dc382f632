import { clear, createStore, getMany, setMany, type UseStore } from 'idb-keyval'
import type { JobGrams } from './grams.ts'

/** What an earlier visit found of one job. */
export interface KeptGrams {
  readonly exact: JobGrams | null
  readonly sampled: JobGrams | null
}

let store: UseStore | null = null

/** Where everything about Gram matrices is kept. */
export function gramStore(): UseStore {
  store ??= createStore('slerp-studio-geometry', 'grams')
  return store
}

/**
 * Gram matrices of earlier visits, exact and sampled ones apart.
 * @param keys from `gramKey`; null finds nothing
 * @returns one for each key; nothing where the browser keeps nothing (private windows)
 */
export async function readKeptGrams(keys: readonly (string | null)[]): Promise<KeptGrams[]> {
  const wanted = keys.flatMap((key) => (key === null ? [] : [`exact ${key}`, `sampled ${key}`]))
  const found = new Map<string, JobGrams>()
  try {
    const values = await getMany<JobGrams | undefined>(wanted, gramStore())
    for (const [i, value] of values.entries()) if (value !== undefined) found.set(wanted[i] ?? '', value)
  } catch {
    // Without a memory of earlier visits everything is sampled again.
  }
  return keys.map((key) => ({
    exact: found.get(`exact ${key}`) ?? null,
    sampled: found.get(`sampled ${key}`) ?? null,
  }))
}

/** Keeps Gram matrices for the next visit; entries without a key are not kept. */
export async function keepGrams(
  kind: keyof KeptGrams,
  entries: readonly (readonly [key: string | null, grams: JobGrams])[],
): Promise<void> {
  const named = entries.flatMap(([key, value]): [string, JobGrams][] =>
    key === null ? [] : [[`${kind} ${key}`, value]],
  )
  if (named.length === 0) return
  try {
    await setMany(named, gramStore())
  } catch {
    // See above: the next visit samples again.
  }
}

/** Forgets all of them. */
export async function clearKeptGrams(): Promise<void> {
  await clear(gramStore())
}
