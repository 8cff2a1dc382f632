import type { GramPart } from '../engine/engine.ts'
import { fromAnchored } from '../plan/anchored-gram.ts'

/**
 * A segment's Gram matrix over all inputs of its job: N x N, row-major, 0 where an input has no values in the segment.
 * @param inputs which of the job's inputs the part's vectors are
 * @param size N
 */
export function spreadGram(part: GramPart, inputs: readonly number[], size: number): Float64Array {
  const gram = new Float64Array(size * size)
  for (const [i, a] of inputs.entries()) {
    for (const [j, b] of inputs.entries()) gram[a * size + b] = part.gram[i * inputs.length + j] ?? 0
  }
  return gram
}

/** Sums over the inputs themselves, from those over x0, x1 - x0, x2 - x0, …; what did not fit float64 is left behind. */
export function fromFirst(part: GramPart): GramPart {
  const n = part.sums.length
  const first = part.sums[0] ?? 0
  return {
    ...part,
    gram: fromAnchored(part.gram, n),
    gramLow: new Float64Array(n * n),
    sums: part.sums.map((sum, i) => (i === 0 ? sum : sum + first)),
    sumsLow: new Float64Array(n),
  }
}
