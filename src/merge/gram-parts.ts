import type { GramPart } from '../engine/engine.ts'

/**
 * Adds one tile's part to a segment's Gram matrix over all inputs of the job.
 * @param inputs which of the job's inputs the part's vectors are
 */
export function addGramPart(gram: Float64Array, size: number, inputs: readonly number[], part: GramPart): void {
  for (const [i, a] of inputs.entries()) {
    for (const [j, b] of inputs.entries()) {
      const place = a * size + b
      gram[place] = (gram[place] ?? 0) + (part.gram[i * inputs.length + j] ?? 0)
    }
  }
}
