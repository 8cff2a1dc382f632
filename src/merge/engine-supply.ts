import type { Engine } from '../engine/engine.ts'
import type { KernelSet } from '../engine/index.ts'
import type { Plan } from '../plan/plan.ts'
import { isElementwise } from '../plan/rule-kinds.ts'

/** After so many losses of the GPU a merge goes on in WebAssembly. */
export const LOSSES_BORNE = 3

export interface SuppliedEngine {
  readonly engine: Engine
  /** Why this engine: one sentence. */
  readonly reason: string
}

/** What the engine of a merge is used for: the same however often it is replaced. */
export function kernelsOf({ jobs }: Pick<Plan, 'jobs'>): KernelSet {
  return jobs.some(({ stages }) => stages.some(({ rule }) => isElementwise(rule))) ? 'all' : 'combining'
}

/** The engine of a merge, and its successor when the device behind it is lost. */
export class EngineSupply {
  #current: SuppliedEngine
  #losses = 0
  #renewing: Promise<void> | null = null
  readonly #renew: ((losses: number) => Promise<SuppliedEngine>) | null

  /** @param renew makes the next engine; null where a loss ends the merge */
  constructor(first: SuppliedEngine, renew: ((losses: number) => Promise<SuppliedEngine>) | null) {
    this.#current = first
    this.#renew = renew
  }

  get engine(): Engine {
    return this.#current.engine
  }

  get reason(): string {
    return this.#current.reason
  }

  get losses(): number {
    return this.#losses
  }

  /**
   * Replaces an engine whose device was lost; the tensors in flight share one replacement.
   * @returns false where nothing was lost, or nothing can replace it: the failure has another cause, or is the end
   */
  async replace(engine: Engine): Promise<boolean> {
    if (this.#renew === null || engine.isLost?.() !== true) return false
    if (this.#current.engine === engine) this.#renewing ??= this.#next(this.#renew)
    await this.#renewing
    return true
  }

  async #next(renew: (losses: number) => Promise<SuppliedEngine>): Promise<void> {
    this.#losses++
    const lost = this.#current.engine
    try {
      this.#current = await renew(this.#losses)
    } finally {
      lost.destroy()
      this.#renewing = null
    }
  }

  destroy(): void {
    this.#current.engine.destroy()
  }
}
