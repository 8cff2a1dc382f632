/**
 * Bounds what is in flight: a number of tensors, and the bytes that they keep resident. First come, first served, so that no large
 * tensor starves; one that exceeds the budget on its own runs alone.
 */
export class Slots {
  readonly #waiting: { bytes: number; start: () => void }[] = []
  readonly #budget: number
  #free: number
  #bytes = 0
  #running = 0

  constructor(count: number, budget: number) {
    this.#free = count
    this.#budget = budget
  }

  /** Waits until `bytes` fit; give them back with `release`. */
  async acquire(bytes: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#take(bytes)
      return
    }
    await new Promise<void>((start) => {
      this.#waiting.push({ bytes, start })
    })
  }

  release(bytes: number): void {
    this.#free++
    this.#running--
    this.#bytes -= bytes
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#take(next.bytes)
      next.start()
    }
  }

  #fits(bytes: number): boolean {
    return this.#free > 0 && (this.#running === 0 || this.#bytes + bytes <= this.#budget)
  }

  #take(bytes: number): void {
    this.#free--
    this.#running++
    this.#bytes += bytes
  }
}
