import type { GramPart } from '../engine/engine.ts'
import type { Job } from '../plan/plan.ts'
import { countNonFinite, type NonFiniteCount } from '../tensor/non-finite.ts'
import type { SourceNonFinite } from '../writer/partial.ts'

/** NaN and infinite elements of a job's sources: counted by gram where it runs, from the bytes where it does not. */
export class NonFiniteTally {
  readonly #job: Job
  readonly #counts = new Map<number, NonFiniteCount>()

  constructor(job: Job) {
    this.#job = job
  }

  /** @param inputs which of the job's inputs the part's vectors are */
  addPart(part: GramPart, inputs: readonly number[]): void {
    this.#bySource(inputs, (count, k) => {
      count.nan += part.nan[k] ?? 0
      count.infinite += part.infinite[k] ?? 0
    })
  }

  /** @param arrays the bytes of `inputs`, in that order */
  addInputs(arrays: readonly Uint8Array[], inputs: readonly number[]): void {
    this.#bySource(inputs, (count, k, source) => this.#countBytes(count, arrays[k], source))
  }

  addSource(bytes: Uint8Array, source: number): void {
    this.#countBytes(this.#of(source), bytes, source)
  }

  /** Sources that have any. */
  found(): SourceNonFinite[] {
    return [...this.#counts].flatMap(([index, { nan, infinite }]) => {
      const source = this.#job.sources[index]
      return source === undefined || nan + infinite === 0
        ? []
        : [[source.checkpoint, source.tensor.name, nan, infinite] as const]
    })
  }

  /** Two inputs of one source, rounded differently, hold the same elements: it counts once. */
  #bySource(inputs: readonly number[], add: (count: NonFiniteCount, k: number, source: number) => void): void {
    const seen = new Set<number>()
    for (const [k, input] of inputs.entries()) {
      const source = this.#job.inputs[input]?.source ?? -1
      if (seen.has(source)) continue
      seen.add(source)
      add(this.#of(source), k, source)
    }
  }

  #countBytes(count: NonFiniteCount, bytes: Uint8Array | undefined, source: number): void {
    const dtype = this.#job.sources[source]?.tensor.dtype
    if (bytes !== undefined && dtype !== undefined) countNonFinite(bytes as Uint8Array<ArrayBuffer>, dtype, count)
  }

  #of(source: number): NonFiniteCount {
    let count = this.#counts.get(source)
    if (count === undefined) {
      count = { nan: 0, infinite: 0 }
      this.#counts.set(source, count)
    }
    return count
  }
}
