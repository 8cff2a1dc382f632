import {
  addGramPart,
  type BlendProgram,
  type Engine,
  emptyGramPart,
  type GramPart,
  type LoadedTile,
} from '../engine/index.ts'
import { readTensorBytes } from '../formats/tensor-bytes.ts'
import { hasGrams } from '../geometry/index.ts'
import { computeCoefficients, type JobCoefficients } from '../plan/coefficients.ts'
import type { Job } from '../plan/plan.ts'
import { isOutputSegment } from '../plan/row-coefficients.ts'
import { isBased } from '../plan/rule-kinds.ts'
import { bitsPerElement } from '../tensor/dtype.ts'
import { elementCount } from '../tensor/tensor.ts'
import type { SourceNonFinite } from '../writer/partial.ts'
import { blendGathered } from './blend-gathered.ts'
import { hasElementwise, mergeElements } from './elementwise/merge-elements.ts'
import { freeBytes } from './free-bytes.ts'
import { capturedGrams } from './geometry-capture.ts'
import { fromFirst, spreadGram } from './gram-parts.ts'
import { measureOperands } from './measure-operands.ts'
import { NonFiniteTally } from './non-finite-tally.ts'
import { blendProgram } from './program.ts'
import type { StageReport, TensorReport } from './report.ts'
import type { TensorContext } from './tensor-context.ts'
import { cutTiles, type ReadTile, readTiles, tileElements } from './tiles.ts'

/** Takes one tensor's bytes in order, and at its end what was counted of its sources. */
export interface MergeSink {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  end(nonFinite: readonly SourceNonFinite[]): Promise<void>
}

/** Elements of one piece of a copied tensor. */
const COPY_ELEMENTS = 8 * 2 ** 20

/** Writes of one tensor that may be on their way at once. */
const WRITES_IN_FLIGHT = 2

export interface MergedTensor {
  readonly report: TensorReport
  /** NaN and infinities by source. */
  readonly nonFinite: readonly SourceNonFinite[]
}

/** Makes one output tensor: read -> gram -> coefficients -> blend -> write. */
export async function mergeTensor(job: Job, sink: MergeSink, context: TensorContext): Promise<MergedTensor> {
  const writes = new OrderedWrites(sink)
  const nonFinite = new NonFiniteTally(job)
  if (job.kind === 'copy') {
    await copyTensor(job, writes, nonFinite, context)
    await writes.flush(nonFinite.found())
    return { report: reportOf(job, null, null), nonFinite: nonFinite.found() }
  }
  if (hasElementwise(job)) {
    const written = (bytes: Uint8Array<ArrayBuffer>) => writes.add(bytes, (given) => context.buffers.give(given))
    const stages = await mergeElements(job, written, nonFinite, context)
    await writes.flush(nonFinite.found())
    return {
      report: reportOf(job, context.engine.kind, { stages, needs: null }),
      nonFinite: nonFinite.found(),
    }
  }
  const pass = new GramPass(job, context)
  const loaded: LoadedPart[] = []
  try {
    const coefficients = context.known?.coefficients ?? (await coefficientsOf(job, context, pass, loaded))
    if (job.segments.some(({ gather }) => gather !== undefined)) {
      await blendGathered(job, coefficients, (bytes) => writes.add(bytes), nonFinite, context)
    } else await blend(job, blendProgram(job, coefficients.stages), loaded, writes, nonFinite, context)
    pass.countNonFinite(nonFinite)
    const found = context.known?.nonFinite ?? nonFinite.found()
    await writes.flush(found)
    return { report: reportOf(job, context.engine.kind, coefficients), nonFinite: found }
  } finally {
    for (const part of loaded) unload(context.engine, part)
  }
}

interface LoadedPart {
  readonly tile: ReadTile['tile']
  readonly loaded: LoadedTile
}

async function coefficientsOf(
  job: Job,
  context: TensorContext,
  pass: GramPass,
  loaded: LoadedPart[],
): Promise<JobCoefficients> {
  if (job.kind !== 'blend-only') await pass.run(job.kind === 'resident' ? loaded : null)
  const { grams, differences } = pass
  const measured = new Map<number, Float64Array>()
  for (;;) {
    const coefficients = computeCoefficients(job, grams, measured, differences)
    if (coefficients.needs === null) return coefficients
    measured.set(coefficients.needs, await measureOperands(job, coefficients, context))
  }
}

/** One pass over all segments that sums the Gram matrix of each. */
class GramPass {
  readonly #job: Job
  readonly #context: TensorContext
  /** By segment, over the inputs that it has; with the rests of the sums, so that the total does not depend on the tile size. */
  readonly #totals: readonly GramPart[]
  /** By segment: true where the first input is the origin, and `#totals` is in the basis x0, x1 - x0, … */
  readonly #apart: readonly boolean[]
  #hasRun = false

  constructor(job: Job, context: TensorContext) {
    this.#job = job
    this.#context = context
    this.#totals = job.segments.map(({ inputs }) => emptyGramPart(inputs.length))
    // Differences from a base cancel in the inner products of the tensors themselves.
    const based = job.stages.some(({ rule }) => isBased(rule))
    this.#apart = job.segments.map(({ inputs }) => based && inputs[0] === 0)
  }

  /** @param keep where loaded tiles of output rows go to stay resident; null gives each tile back at once */
  async run(keep: LoadedPart[] | null): Promise<void> {
    const job = this.#job
    const { engine, files, memoryBudget, onRead, onGrams, signal } = this.#context
    const ranges = cutTiles(job, job.segments, tileElements(job, engine, memoryBudget))
    for await (const { range, tile, formats } of readTiles(job, ranges, files, onRead)) {
      signal.throwIfAborted()
      const loaded = engine.load(
        tile,
        formats.map(({ dtype }) => dtype),
      )
      const stays = keep !== null && isOutput(job, range.segment)
      if (stays) keep.push({ tile, loaded })
      try {
        const origin = this.#apart[range.segment] === true ? 0 : null
        const part = await engine.gram(loaded, { inputs: formats, origin })
        addGramPart(this.#totals[range.segment] as GramPart, part)
      } finally {
        if (!stays) unload(engine, { tile, loaded })
      }
    }
    this.#hasRun = true
    if (hasGrams(job)) onGrams?.(job, capturedGrams(job, this.#plain(), this.#differences()))
  }

  /** By segment, over all of the job's inputs; none where the job was not read for it. */
  get grams(): readonly Float64Array[] {
    return this.#hasRun ? this.#spread(this.#plain()).map((gram) => gram ?? new Float64Array(0)) : []
  }

  /** The same in the basis x0, x1 - x0, …, where it was summed so. */
  get differences(): readonly (Float64Array | null)[] {
    return this.#hasRun ? this.#spread(this.#differences()) : []
  }

  #plain(): GramPart[] {
    return this.#totals.map((total, index) => (this.#apart[index] === true ? fromFirst(total) : total))
  }

  #differences(): (GramPart | null)[] {
    return this.#totals.map((total, index) => (this.#apart[index] === true ? total : null))
  }

  #spread(parts: readonly (GramPart | null)[]): (Float64Array | null)[] {
    const { segments, inputs } = this.#job
    return parts.map((part, index) => part && spreadGram(part, segments[index]?.inputs ?? [], inputs.length))
  }

  countNonFinite(tally: NonFiniteTally): void {
    for (const [index, { inputs }] of this.#job.segments.entries()) {
      const total = this.#totals[index]
      if (total !== undefined) tally.addPart(total, inputs)
    }
  }
}

function unload(engine: Engine, { tile, loaded }: LoadedPart): void {
  engine.unload(loaded)
  freeBytes(tile.inputs)
}

/** Blends the tiles that are resident, or reads them (again) where none are. */
async function blend(
  job: Job,
  program: BlendProgram,
  resident: LoadedPart[],
  writes: OrderedWrites,
  nonFinite: NonFiniteTally,
  { engine, files, memoryBudget, onRead, signal, buffers }: TensorContext,
): Promise<void> {
  const width = bitsPerElement(job.dtype) / 8
  if (resident.length > 0) {
    for (let part = resident[0]; part !== undefined; part = resident[0]) {
      signal.throwIfAborted()
      const into = buffers.take(part.loaded.elementCount * width)
      await writes.add(await engine.blend(part.loaded, program, into), (bytes) => buffers.give(bytes))
      unload(engine, part)
      resident.shift()
    }
    return
  }
  const segments = job.segments.filter((_, index) => isOutput(job, index))
  const ranges = cutTiles(job, segments, tileElements(job, engine, memoryBudget))
  for await (const { range, tile, formats } of readTiles(job, ranges, files, onRead)) {
    signal.throwIfAborted()
    if (job.kind === 'blend-only') nonFinite.addInputs(tile.inputs, range.inputs)
    const loaded = engine.load(
      tile,
      formats.map(({ dtype }) => dtype),
    )
    try {
      const into = buffers.take(tile.elementCount * width)
      await writes.add(await engine.blend(loaded, program, into), (bytes) => buffers.give(bytes))
    } finally {
      unload(engine, { tile, loaded })
    }
  }
}

async function copyTensor(
  job: Job,
  writes: OrderedWrites,
  nonFinite: NonFiniteTally,
  context: TensorContext,
): Promise<void> {
  const source = job.sources[0]
  if (source === undefined) throw new Error(`${job.name}: a copy has a source`)
  const end = elementCount(job.shape)
  for (let from = 0; from < end; from += COPY_ELEMENTS) {
    context.signal.throwIfAborted()
    const files = context.files[source.checkpoint] ?? []
    const bytes = await readTensorBytes(files, source.tensor, from, Math.min(end, from + COPY_ELEMENTS))
    context.onRead(bytes.length)
    nonFinite.addSource(bytes, 0)
    await writes.add(bytes, (written) => freeBytes([written]))
  }
}

/** Rows of a segment beyond the output's are only needed for the Gram matrix. */
function isOutput(job: Job, segment: number): boolean {
  const output = job.segments[segment]
  return output !== undefined && isOutputSegment(job, output)
}

/** Hands a tensor's bytes on in order, a bounded number of writes ahead. */
class OrderedWrites {
  readonly #sink: MergeSink
  readonly #pending: Promise<void>[] = []

  constructor(sink: MergeSink) {
    this.#sink = sink
  }

  /** @param onWritten is given the bytes back once they are written */
  async add(
    bytes: Uint8Array<ArrayBuffer>,
    onWritten: (bytes: Uint8Array<ArrayBuffer>) => void = () => undefined,
  ): Promise<void> {
    while (this.#pending.length >= WRITES_IN_FLIGHT) await this.#pending.shift()
    const writing = this.#sink.write(bytes).then(() => onWritten(bytes))
    writing.catch(() => undefined)
    this.#pending.push(writing)
  }

  async flush(nonFinite: readonly SourceNonFinite[]): Promise<void> {
    for (let writing = this.#pending.shift(); writing !== undefined; writing = this.#pending.shift()) await writing
    await this.#sink.end(nonFinite)
  }
}

function reportOf(job: Job, engine: TensorReport['engine'], coefficients: JobCoefficients | null): TensorReport {
  const stages = job.stages.flatMap((stage, index): StageReport[] => {
    if (stage.label === null) return []
    const found = coefficients?.stages[index]
    if (found === undefined) return [{ label: stage.label, branch: 'copy', cos: null, coefficients: [1] }]
    return [{ label: stage.label, ...found }]
  })
  return { name: job.name, engine, stages }
}
