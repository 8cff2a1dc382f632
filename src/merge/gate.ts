/** Holds a merge while it is paused: everything that reads or writes passes through it first. */
export class Gate {
  #waiting: (() => void)[] = []
  #shutAt: number | null = null
  #shutFor = 0

  get isShut(): boolean {
    return this.#shutAt !== null
  }

  /** Seconds that the gate was shut so far. */
  get shutSeconds(): number {
    return (this.#shutFor + (this.#shutAt === null ? 0 : performance.now() - this.#shutAt)) / 1000
  }

  shut(): void {
    this.#shutAt ??= performance.now()
  }

  open(): void {
    if (this.#shutAt === null) return
    this.#shutFor += performance.now() - this.#shutAt
    this.#shutAt = null
    for (const go of this.#waiting.splice(0)) go()
  }

  /** Waits while the gate is shut. @throws the signal's reason when it is aborted, paused or not */
  async pass(signal: AbortSignal): Promise<void> {
    while (this.isShut && !signal.aborted) {
      await new Promise<void>((go) => {
        this.#waiting.push(go)
        signal.addEventListener('abort', () => go(), { once: true })
      })
    }
    signal.throwIfAborted()
  }
}
