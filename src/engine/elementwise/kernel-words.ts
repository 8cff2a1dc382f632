import { GROUP } from '../gram-sums.ts'
import type { Keep } from './program.ts'

/** Numbers by which the fast kernels know what keys are of. */
export const KEYS = { differences: 0, variance: 1, importance: 2 } as const
/** The same for votes. */
export const VOTES = { none: 0, kept: 1, scaled: 2, plain: 3 } as const
/** Words of a keep in the kernels' tables. */
export const KEEP_WORDS = 8
const NEVER = 0x7fffffff

/** Groups of a row; null where a row does not end with a group. */
export function rowGroupsOf(rowLength: number, elementCount: number): number | null {
  if (rowLength >= elementCount) return Math.ceil(elementCount / GROUP) + 1
  return rowLength % GROUP === 0 ? rowLength / GROUP : null
}

/** False where the kernels can't draw the random numbers: in tiles that begin within a group, and beyond 2^34 elements. */
export function isDrawable(keeps: readonly Keep[], first: number, elementCount: number): boolean {
  const random = keeps.some((keep) => typeof keep === 'object' && 'random' in keep)
  return !random || (first % GROUP === 0 && first + elementCount <= 2 ** 34)
}

/**
 * The words of one keep: kind, and up to six words, as ../wasm/assembly/keep.ts and shaders/elements.wgsl read them.
 * @param mask where the bits of a given mask lie
 * @param first index of the tile's first element
 */
export function rowOf(keep: Keep, mask: number, first: number): number[] {
  if (keep === 'all') return [0]
  if ('mask' in keep) return [3, mask]
  if ('random' in keep) {
    // The largest limit would need a bit more: with it all stay.
    if (keep.limit >= 2 ** 32) return [0]
    return [2, keep.limit, keep.random[0], keep.random[1], keep.place, Math.floor(first / 4)]
  }
  const place = (index: number) => Math.min(NEVER, Math.max(-1, index - first)) >>> 0
  const { low, high } = keep
  return [
    1,
    ...[Math.min(low.bits, NEVER), place(low.from), place(low.to)],
    ...[Math.min(high.bits, NEVER), place(high.from), place(high.to)],
  ]
}
