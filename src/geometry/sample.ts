import type { InputFormat } from '../engine/engine.ts'
import type { WeightFile } from '../formats/checkpoint.ts'
import { readTensorBytes } from '../formats/tensor-bytes.ts'
import type { Job, RowSegment } from '../plan/plan.ts'
import { bytesPerElement, isFloatDType } from '../tensor/dtype.ts'
import { elementCount } from '../tensor/tensor.ts'
import type { JobGrams, SegmentGram } from './grams.ts'
import { chooseTiles, SAMPLING_BUDGET, type SamplingBudget } from './tile-choice.ts'
import { sumTile, type TileSum } from './tile-sums.ts'

/** What sampling needs to know of a job. */
export type SampledJob = Pick<Job, 'name' | 'shape' | 'sources' | 'inputs' | 'segments'>

/**
 * Estimates a job's Gram matrices from a few tiles of each row segment, the same rows and columns of every input. Small segments are
 * read whole and are exact. Yields a first estimate early, and a better one as more tiles are read; the last is the best.
 *
 * @param files weight files by checkpoint of the plan
 * @throws StudioError where a file was changed, moved or deleted; the signal's reason when it is aborted
 */
export async function* sampleGram(
  job: SampledJob,
  files: readonly (readonly WeightFile[])[],
  budget: SamplingBudget = SAMPLING_BUDGET,
  signal?: AbortSignal,
): AsyncGenerator<JobGrams> {
  const samples = job.segments.map((segment, index) => new SegmentSample(job, segment, index, files, budget))
  for (const tiles of [budget.firstTiles, budget.tiles]) {
    if (samples.every((sample) => sample.complete)) return
    for (const sample of samples) {
      signal?.throwIfAborted()
      await sample.readUpTo(tiles)
    }
    yield samples.map((sample) => sample.estimate())
  }
}

/** The sampled tiles of one row segment. */
class SegmentSample {
  readonly #job: SampledJob
  readonly #segment: RowSegment
  readonly #files: readonly (readonly WeightFile[])[]
  readonly #formats: readonly InputFormat[]
  readonly #tileElements: number
  readonly #population: number
  readonly #chosen: readonly number[]
  readonly #read: TileSum[] = []

  constructor(
    job: SampledJob,
    segment: RowSegment,
    index: number,
    files: readonly (readonly WeightFile[])[],
    budget: SamplingBudget,
  ) {
    this.#job = job
    this.#segment = segment
    this.#files = files
    this.#formats = job.inputs.map(({ source, round }) => {
      const dtype = job.sources[source]?.tensor.dtype
      if (dtype === undefined || !isFloatDType(dtype)) throw new Error(`${job.name}: ${dtype} has no geometry`)
      return { dtype, round }
    })
    const widest = Math.max(2, ...this.#formats.map(({ dtype }) => bytesPerElement(dtype)))
    const whole = this.#elements * widest <= budget.wholeBytes
    this.#tileElements = Math.max(1, whole ? this.#elements : Math.floor(budget.tileBytes / widest))
    this.#population = Math.ceil(this.#elements / this.#tileElements)
    this.#chosen = chooseTiles(`${job.name} ${index}`, this.#population, budget.tiles)
  }

  get complete(): boolean {
    return this.#read.length === this.#chosen.length
  }

  get #elements(): number {
    return (this.#segment.to - this.#segment.from) * this.#rowElements
  }

  get #rowElements(): number {
    return elementCount(this.#job.shape.slice(1))
  }

  async readUpTo(count: number): Promise<void> {
    const tiles = this.#chosen.slice(this.#read.length, count)
    this.#read.push(...(await Promise.all(tiles.map((tile) => this.#readTile(tile)))))
  }

  async #readTile(tile: number): Promise<TileSum> {
    const first = this.#segment.from * this.#rowElements
    const from = first + tile * this.#tileElements
    const to = Math.min(first + this.#elements, from + this.#tileElements)
    const bySource = new Map<number, Promise<Uint8Array>>()
    const arrays = this.#segment.inputs.map((input) => {
      const index = this.#job.inputs[input]?.source ?? -1
      const source = this.#job.sources[index]
      if (source === undefined) throw new Error(`${this.#job.name}: input ${input} has no source`)
      const bytes =
        bySource.get(index) ?? readTensorBytes(this.#files[source.checkpoint] ?? [], source.tensor, from, to)
      bySource.set(index, bytes)
      return bytes
    })
    const formats = this.#segment.inputs.map((input) => this.#formats[input] as InputFormat)
    return sumTile(await Promise.all(arrays), formats, this.#segment.inputs, this.#job.inputs.length, to - from)
  }

  /** The tiles' sums, scaled to the whole segment by the number of elements. */
  estimate(): SegmentGram {
    const n = this.#job.inputs.length
    const read = this.#read.reduce((sum, { elements }) => sum + elements, 0)
    const whole = this.#read.length === this.#population
    const scale = whole ? 1 : this.#elements / read
    const gram = new Float64Array(n * n)
    const sums = new Float64Array(n)
    for (const tile of this.#read) {
      addScaled(gram, tile.gram, scale)
      addScaled(sums, tile.sums, scale)
    }
    return {
      gram,
      sums,
      elements: this.#elements,
      differences: null,
      tiles: whole
        ? null
        : {
            elements: Float64Array.from(this.#read, ({ elements }) => elements),
            grams: joined(this.#read.map((tile) => tile.gram)),
            sums: joined(this.#read.map((tile) => tile.sums)),
            population: this.#population,
          },
    }
  }
}

function addScaled(total: Float64Array, part: Float64Array, scale: number): void {
  for (let i = 0; i < total.length; i++) total[i] = (total[i] ?? 0) + scale * (part[i] ?? 0)
}

function joined(arrays: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(arrays.reduce((length, array) => length + array.length, 0))
  let at = 0
  for (const array of arrays) {
    all.set(array, at)
    at += array.length
  }
  return all
}
