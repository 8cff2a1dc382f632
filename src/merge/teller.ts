import type { JobGrams } from '../geometry/index.ts'

/** By index of the job. */
export type GramsByJob = ReadonlyMap<number, JobGrams>

/** Estimates are handed on together, at most this often, in milliseconds. */
const TELL_EVERY = 40

/** Gathers estimates and hands them on a few times a second; of one tensor only the newest. */
export class Teller {
  readonly #tell: (grams: GramsByJob) => Promise<void>
  #waiting = new Map<number, JobGrams>()
  #told = Number.NEGATIVE_INFINITY
  /** What was handed on, until it has been taken. */
  #telling: Promise<unknown> = Promise.resolve()

  /** @param tell resolves when what it is given has been taken */
  constructor(tell: (grams: GramsByJob) => Promise<void>) {
    this.#tell = tell
  }

  add(job: number, grams: JobGrams): void {
    this.#waiting.set(job, grams)
    if (performance.now() - this.#told >= TELL_EVERY) this.#handOn()
  }

  /** Hands on what is left. Resolves when everything has been taken, what was handed on earlier too. */
  async flush(): Promise<void> {
    this.#handOn()
    await this.#telling
  }

  #handOn(): void {
    this.#told = performance.now()
    if (this.#waiting.size === 0) return
    this.#telling = Promise.all([this.#telling, this.#tell(this.#waiting)])
    this.#telling.catch(() => {}) // whoever flushes awaits it too
    this.#waiting = new Map()
  }
}
