import type { Engine } from '../engine/engine.ts'
import type { Sink } from '../files/sink.ts'

/** What a merge can be at. */
export const WORKS = ['read', 'gram', 'blend', 'write', 'close'] as const
export type Work = (typeof WORKS)[number]

/** Seconds during which at least one piece of a work was under way: they overlap, and their sum exceeds the merge's time. */
export type Spent = Readonly<Record<Work | 'wait', number>>

/** The same engine, each of whose kernels runs within `during`. What is found out before a tensor is made counts as gram, what makes it as blend. */
export function watchEngine(
  engine: Engine,
  during: <T>(work: 'gram' | 'blend', task: () => Promise<T>) => Promise<T>,
): Engine {
  return {
    ...engine,
    gram: (tile, request) => during('gram', () => engine.gram(tile, request)),
    blend: (tile, program, into) => during('blend', () => engine.blend(tile, program, into)),
    count: (tile, request) => during('gram', () => engine.count(tile, request)),
    sum: (tile, request) => during('gram', () => engine.sum(tile, request)),
    divergences: (tile, request) => during('gram', () => engine.divergences(tile, request)),
    products: (tile, request) => during('gram', () => engine.products(tile, request)),
    rank: (tile, request) => during('gram', () => engine.rank(tile, request)),
    map: (tile, program, into) => during('blend', () => engine.map(tile, program, into)),
  }
}

/** Measures where a merge's time goes, for the report. Nothing that is written depends on it. */
export class TimeSpent {
  readonly #under: Record<Work, number> = { read: 0, gram: 0, blend: 0, write: 0, close: 0 }
  readonly #busy: Record<Work | 'compute', number> = { read: 0, gram: 0, blend: 0, write: 0, close: 0, compute: 0 }
  readonly #now: () => number
  readonly #began: number
  #at: number

  /** @param now milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#began = now()
    this.#at = this.#began
  }

  async during<T>(work: Work, task: () => Promise<T>): Promise<T> {
    this.change(work, 1)
    try {
      return await task()
    } finally {
      this.change(work, -1)
    }
  }

  /** The same engine, watched. */
  engine(engine: Engine): Engine {
    return watchEngine(engine, (work, task) => this.during(work, task))
  }

  /** The same sink, watched. */
  sink(sink: Sink): Sink {
    return {
      ...sink,
      create: async (name) => {
        const file = await sink.create(name)
        return {
          write: (position, data) => this.during('write', () => file.write(position, data)),
          close: () => this.during('close', () => file.close()),
          abort: () => file.abort(),
        }
      },
    }
  }

  /**
   * @param paused seconds for which the merge was held
   * @returns seconds so far; `wait` is the time in which nothing was computed
   */
  spent(paused = 0): Spent {
    this.#advance()
    const { compute, ...busy } = this.#busy
    const seconds = (milliseconds: number) => Math.max(0, milliseconds) / 1000
    return {
      read: seconds(busy.read),
      gram: seconds(busy.gram),
      blend: seconds(busy.blend),
      write: seconds(busy.write),
      close: seconds(busy.close),
      wait: seconds(this.#at - this.#began - compute - 1000 * paused),
    }
  }

  /** Another piece of a work begins (1), or one has ended (-1). */
  change(work: Work, by: number): void {
    this.#advance()
    this.#under[work] += by
  }

  #advance(): void {
    const now = this.#now()
    const passed = now - this.#at
    this.#at = now
    for (const work of WORKS) if (this.#under[work] > 0) this.#busy[work] += passed
    if (this.#under.gram > 0 || this.#under.blend > 0) this.#busy.compute += passed
  }
}
