import type { Engine } from '../engine/engine.ts'
import { addGramPart, emptyGramPart } from '../engine/index.ts'
import type { WeightFile } from '../formats/checkpoint.ts'
import type { JobGrams } from '../geometry/index.ts'
import type { Job } from '../plan/plan.ts'
import { cutTiles, readTiles, rowElements, tileElements } from './tiles.ts'

/** Inputs of one tensor that are in memory at once. */
const MEMORY_BUDGET = 256 * 2 ** 20

/**
 * Reads every element of a job's inputs once and sums their Gram matrix, and that of their differences from the first input. The first is
 * the one of the merge, bit for bit.
 */
export async function measureGrams(
  job: Job,
  files: readonly (readonly WeightFile[])[],
  engine: Engine,
  signal: AbortSignal,
  onRead: (bytes: number) => void = () => undefined,
): Promise<JobGrams> {
  const found = job.segments.map(({ inputs }) => ({
    raw: emptyGramPart(inputs.length),
    // The first input of the job is the origin; where it has no rows there is none.
    apart: inputs[0] === 0 ? emptyGramPart(inputs.length) : null,
  }))
  const ranges = cutTiles(job, job.segments, tileElements(job, engine, MEMORY_BUDGET))
  for await (const { range, tile, formats } of readTiles(job, ranges, files, onRead)) {
    signal.throwIfAborted()
    const sums = found[range.segment]
    if (sums === undefined) continue
    const loaded = engine.load(
      tile,
      formats.map(({ dtype }) => dtype),
    )
    try {
      addGramPart(sums.raw, await engine.gram(loaded, { inputs: formats, origin: null }))
      if (sums.apart !== null) addGramPart(sums.apart, await engine.gram(loaded, { inputs: formats, origin: 0 }))
    } finally {
      engine.unload(loaded)
    }
  }
  const n = job.inputs.length
  return job.segments.map(({ from, to, inputs }, index) => {
    const { raw, apart } = found[index] ?? { raw: emptyGramPart(inputs.length), apart: null }
    return {
      gram: overAll(raw.gram, inputs, n),
      sums: overAllSums(raw.sums, inputs, n),
      elements: (to - from) * rowElements(job),
      differences: apart === null ? null : overAll(apart.gram, inputs, n),
      tiles: null,
    }
  })
}

/** A matrix over the inputs of a segment as one over all inputs of the job. */
export function overAll(gram: Float64Array, inputs: readonly number[], n: number): Float64Array {
  const all = new Float64Array(n * n)
  for (const [k, i] of inputs.entries())
    for (const [m, j] of inputs.entries()) all[i * n + j] = gram[k * inputs.length + m] ?? 0
  return all
}

function overAllSums(sums: Float64Array, inputs: readonly number[], n: number): Float64Array {
  const all = new Float64Array(n)
  for (const [k, i] of inputs.entries()) all[i] = sums[k] ?? 0
  return all
}
