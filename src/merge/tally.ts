import type { Job, Plan } from '../plan/plan.ts'
import { CALIBRATION_SECONDS, forecast, type Moved, plannedWork } from './forecast.ts'
import type { Gate } from './gate.ts'
import type { MergeProgress } from './report.ts'

/** Counts bytes and tensors, and tells the page. */
export class Tally {
  bytesRead = 0
  bytesWritten = 0
  #closed = 0
  #verified = 0
  readonly #start = performance.now()
  readonly #current = new Set<string>()
  readonly #gate: Gate
  readonly #tell: (progress: MergeProgress) => void
  readonly #tensors: number
  readonly #verify: boolean
  readonly #pace: number | null
  #calibrated: number | null = null
  readonly #kept: number[] = []
  #done: number
  #bytesToRead: number
  #bytesToWrite: number
  #phase: MergeProgress['phase'] = 'starting'

  /**
   * @param verify every shard will be read again
   * @param pace of earlier merges on this machine; null where nothing is known of any
   */
  constructor(plan: Plan, gate: Gate, verify: boolean, pace: number | null, tell: (progress: MergeProgress) => void) {
    const { tensors, bytesReadOnce, bytesReadTwice, bytesWritten } = plan.totals
    this.#tensors = tensors
    this.#done = 0
    this.#bytesToRead = bytesReadOnce + bytesReadTwice
    this.#bytesToWrite = bytesWritten
    this.#gate = gate
    this.#verify = verify
    this.#pace = pace
    this.#tell = tell
  }

  get seconds(): number {
    return (performance.now() - this.#start) / 1000 - this.#gate.shutSeconds
  }

  set phase(phase: MergeProgress['phase']) {
    this.#phase = phase
    this.report()
  }

  /** Leaves out a shard that need not be made again. @param shard its index in the plan */
  keep(shard: number, jobs: readonly Job[], bytes: number): void {
    this.#kept.push(shard)
    this.#done += jobs.length
    for (const { bytesReadOnce, bytesReadTwice } of jobs) this.#bytesToRead -= bytesReadOnce + bytesReadTwice
    this.#bytesToWrite -= bytes
    this.report()
  }

  /** Leaves a job's second reading out. */
  readOnce({ bytesReadTwice }: Job): void {
    this.#bytesToRead -= bytesReadTwice
  }

  /** @param bytes negative for a tensor that is begun again */
  onRead(bytes: number): void {
    this.bytesRead += bytes
    this.report()
  }

  onWritten(bytes: number): void {
    this.bytesWritten += bytes
    this.report()
  }

  onClosed(bytes: number): void {
    this.#closed += bytes
    this.report()
  }

  onVerified(bytes: number): void {
    this.#verified += bytes
    this.report()
  }

  /** What this run has moved. */
  get moved(): Moved {
    return { read: this.bytesRead, written: this.bytesWritten, closed: this.#closed, verified: this.#verified }
  }

  start(name: string): void {
    this.#current.add(name)
  }

  end(name: string): void {
    this.#current.delete(name)
    this.#done++
    this.report()
  }

  /** Seconds that the merge was expected to take, when its first second had passed; null where it took less. */
  get calibrated(): number | null {
    return this.#calibrated
  }

  #expected(seconds: number): number | null {
    const totals = { bytesReadOnce: this.#bytesToRead, bytesReadTwice: 0, bytesWritten: this.#bytesToWrite }
    const total = plannedWork(totals, this.#verify)
    const expected = forecast(total, this.moved, seconds, this.#pace)
    if (seconds >= CALIBRATION_SECONDS) this.#calibrated ??= expected
    return expected
  }

  report(): void {
    const { seconds } = this
    this.#tell({
      phase: this.#phase,
      paused: this.#gate.isShut,
      tensorsDone: this.#done,
      tensorsTotal: this.#tensors,
      bytesRead: this.bytesRead,
      bytesWritten: this.bytesWritten,
      bytesToRead: this.#bytesToRead,
      bytesToWrite: this.#bytesToWrite,
      seconds,
      expectedSeconds: this.#expected(seconds),
      current: [...this.#current],
      keptShards: [...this.#kept],
    })
  }
}
