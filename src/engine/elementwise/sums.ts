import type { ElementSums } from './program.ts'

/** Sums in twice float64's precision: they are exact for anything but contrived data, so that they do not depend on tiles. */
export class LongSum {
  high = 0
  low = 0

  add(value: number): void {
    const sum = this.high + value
    const back = sum - this.high
    this.low += this.high - (sum - back) + (value - back)
    this.high = sum
  }

  /** The sum, and what of it one float64 does not hold. */
  split(): readonly [number, number] {
    const value = this.high + this.low
    return [value, this.low - (value - this.high)]
  }
}

/** The sums of several tiles together. */
export class ElementTotals {
  readonly #all: LongSum[]
  readonly #kept: LongSum[]

  /** @param differences how many there are */
  constructor(differences: number) {
    this.#all = Array.from({ length: differences }, () => new LongSum())
    this.#kept = Array.from({ length: differences }, () => new LongSum())
  }

  add(part: ElementSums): void {
    for (const [sums, values, lows] of [
      [this.#all, part.all, part.allLow],
      [this.#kept, part.kept, part.keptLow],
    ] as const)
      for (const [k, sum] of sums.entries()) {
        sum.add(values[k] ?? 0)
        sum.add(lows[k] ?? 0)
      }
  }

  addBlock(k: number, all: number, kept: number): void {
    this.#all[k]?.add(all)
    this.#kept[k]?.add(kept)
  }

  sums(): ElementSums {
    const [all, kept] = [this.#all, this.#kept].map((sums) => sums.map((sum) => sum.split()))
    const column = (rows: readonly (readonly [number, number])[] = [], at: 0 | 1 = 0) =>
      Float64Array.from(rows, (row) => row[at])
    return { all: column(all, 0), allLow: column(all, 1), kept: column(kept, 0), keptLow: column(kept, 1) }
  }
}
