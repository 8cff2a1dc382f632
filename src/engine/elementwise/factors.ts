import type { Factor, MixRule } from './program.ts'

/** Up to so many differences, the factors of all sets of them are tabled. */
export const TABLED = 10

/** The F32 factor for the differences that take part in an element. */
export function factorOf(factor: Factor, takesPart: (k: number) => boolean): number {
  if (factor.by === 'all') return Math.fround(factor.value)
  if (factor.by === 'weights') {
    let sum = 0
    for (const [k, weight] of factor.weights.entries()) if (takesPart(k)) sum += weight
    return Math.fround(factor.value / (sum === 0 ? 1 : sum))
  }
  let count = 0
  let last = 0
  for (let k = 0; k < factor.alone.length; k++)
    if (takesPart(k)) {
      count++
      last = k
    }
  return Math.fround(count === 1 ? (factor.alone[last] ?? 1) : 1 / Math.max(1, count))
}

/**
 * The factors of all sets of `differences`: bit k of the index says whether difference k takes part. A single one where the set makes no
 * difference.
 */
export function factorTable({ vote, factor }: MixRule, differences: number): Float32Array {
  if (vote === 'none' || factor.by === 'all') return Float32Array.of(factorOf(factor, () => true))
  return Float32Array.from({ length: 2 ** differences }, (_, set) => factorOf(factor, (k) => ((set >>> k) & 1) === 1))
}
