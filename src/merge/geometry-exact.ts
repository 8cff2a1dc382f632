import type { Engine } from '../engine/engine.ts'
import { addGramPart, emptyGramPart } from '../engine/index.ts'
import type { WeightFile } from '../formats/checkpoint.ts'
import type { JobGrams, KnownGrams } from '../geometry/index.ts'
import type { Job } from '../plan/plan.ts'
import { CheckedRecords } from './checked-records.ts'
import { Gate } from './gate.ts'
import { capturedGrams } from './geometry-capture.ts'
import { isReadWhole, knownOf } from './gram-memory.ts'
import { NonFiniteTally } from './non-finite-tally.ts'
import { KnownSources, SourceHashes } from './source-hashes.ts'
import { cutTiles, readTiles, tileElements } from './tiles.ts'
import { watchFiles } from './watched-files.ts'

/** Inputs of one tensor that are in memory at once. */
const MEMORY_BUDGET = 256 * 2 ** 20

/** What one reading of a job's inputs tells. */
export interface ExactGrams {
  readonly grams: JobGrams
  /** The same with the hashes of what was read, for a merge; null where its sources are not read whole. */
  readonly known: KnownGrams | null
}

/**
 * Reads every element of a job's inputs once and sums their Gram matrix, and that of their differences from the first input.
 * The first is the merge's own, bit for bit.
 */
export async function measureGrams(
  job: Job,
  files: readonly (readonly WeightFile[])[],
  engine: Engine,
  signal: AbortSignal,
  onRead: (bytes: number) => void = () => undefined,
): Promise<ExactGrams> {
  const hashes = new SourceHashes(job, new KnownSources())
  const watched = watchFiles(job, files, new Gate(), signal, new CheckedRecords({ jobs: [] }), hashes)
  const found = job.segments.map(({ inputs }) => ({
    raw: emptyGramPart(inputs.length),
    // In rows that an input lacks, its difference would be no difference.
    apart: inputs.length === job.inputs.length ? emptyGramPart(inputs.length) : null,
  }))
  const ranges = cutTiles(job, job.segments, tileElements(job, engine, MEMORY_BUDGET))
  for await (const { range, tile, formats } of readTiles(job, ranges, watched, onRead)) {
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
  const grams = capturedGrams(
    job,
    found.map(({ raw }) => raw),
    found.map(({ apart }) => apart),
  )
  const nonFinite = new NonFiniteTally(job)
  for (const [index, { inputs }] of job.segments.entries()) {
    const sums = found[index]
    if (sums !== undefined) nonFinite.addPart(sums.raw, inputs)
  }
  return { grams, known: isReadWhole(job) ? knownOf(job, grams, hashes.found(), nonFinite.found()) : null }
}
