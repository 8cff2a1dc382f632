import { isDrawable, KEEP_WORDS, KEYS, rowGroupsOf, rowOf } from '../elementwise/kernel-words.ts'
import type { Keep, Key } from '../elementwise/program.ts'
import type { Layout } from './layout.ts'

/** How the kernels are told what keys are of. */
export interface KeyWords {
  readonly of: number
  /** Address of the rows' factors, and groups of a row. */
  readonly factors: number
  readonly rowGroups: number
  /** Writes the factors, once all areas are laid out. */
  readonly write: () => void
}

/** @returns null where the kernels can't: rows that don't consist of groups, and factors that are not finite */
export function keyWords(layout: Layout, key: Key, elementCount: number): KeyWords | null {
  if (key.of !== 'importance') return { of: KEYS[key.of], factors: 0, rowGroups: 1, write: () => undefined }
  const { factors } = key
  const rowGroups = rowGroupsOf(key.rowLength, elementCount)
  if (rowGroups === null || factors.some((factor) => !Number.isFinite(factor))) return null
  const address = layout.area(4 * factors.length)
  const write = () => layout.floats(address, factors.length).set(factors)
  return { of: KEYS.importance, factors: address, rowGroups, write }
}

/** How the kernels are told what stays of each difference. */
export interface KeepWords {
  readonly address: number
  readonly write: () => void
}

/**
 * @param differences how many there are; a single keep is for all of them
 * @returns null where the kernels can't: random numbers of tiles that begin within a group, and of tensors beyond 2^34 elements; and several
 *   keeps of a key that all differences share, which no method has
 */
export function keepWords(
  layout: Layout,
  key: Key,
  keeps: readonly Keep[],
  differences: number,
  first: number,
  elementCount: number,
): KeepWords | null {
  if (!isDrawable(keeps, first, elementCount) || (key.of !== 'differences' && keeps.length > 1)) return null
  const address = layout.area(4 * KEEP_WORDS * differences)
  const masks = keeps.map((keep) => (typeof keep === 'object' && 'mask' in keep ? layout.area(keep.mask.length) : 0))
  const write = () => {
    const words = layout.words(address, KEEP_WORDS * differences)
    for (let k = 0; k < differences; k++) {
      const place = keeps.length === 1 ? 0 : k
      const keep = keeps[place] ?? 'all'
      for (const [i, word] of rowOf(keep, masks[place] ?? 0, first).entries())
        words.setUint32(4 * (KEEP_WORDS * k + i), word, true)
      if (typeof keep === 'object' && 'mask' in keep && (k === place || k === 0))
        layout.bytes(masks[place] ?? 0, keep.mask.length).set(keep.mask)
    }
  }
  return { address, write }
}
