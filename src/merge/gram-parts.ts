import type { GramPart } from '../engine/engine.ts'

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
