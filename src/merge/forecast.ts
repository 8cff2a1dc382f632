/** Bytes that a merge has moved, or is going to. */
export interface Moved {
  /** Read of the sources; what is computed of them goes with it. */
  readonly read: number
  readonly written: number
  /** In files that are closed. */
  readonly closed: number
  /** Read again after a close. */
  readonly verified: number
}

/** What a byte of each costs, beside one that is read and computed with (found by traces of merges; a browser hashes a file while it closes it). */
const COST: Readonly<Record<keyof Moved, number>> = { read: 1, written: 0.9, closed: 1, verified: 0.8 }

/** Seconds that a merge takes besides what it moves. */
const START_SECONDS = 0.25

/** Seconds of a merge's own that say as much of the machine as all that is remembered of earlier merges. */
const TRUSTED_SECONDS = 1

/** Seconds of a merge from which on its pace can be told. */
export const CALIBRATION_SECONDS = 1

/** Less work than this says nothing of a machine's pace: starting takes longer. */
const LEAST_WORK = 2 ** 28

/** Work in bytes read, or as many of another kind as cost the same. */
export function workOf(moved: Moved): number {
  return (Object.keys(COST) as (keyof Moved)[]).reduce((sum, kind) => sum + COST[kind] * moved[kind], 0)
}

/** @returns all that a plan moves */
export function plannedWork(
  totals: { readonly bytesReadOnce: number; readonly bytesReadTwice: number; readonly bytesWritten: number },
  verify: boolean,
): Moved {
  const { bytesReadOnce, bytesReadTwice, bytesWritten } = totals
  const verified = verify ? bytesWritten : 0
  return { read: bytesReadOnce + bytesReadTwice, written: bytesWritten, closed: bytesWritten, verified }
}

/**
 * Seconds that a merge will take, at the pace of earlier ones.
 * @param pace seconds for each unit of work
 */
export function expectedSeconds(total: Moved, pace: number): number {
  return START_SECONDS + workOf(total) * pace
}

/**
 * Seconds that a running merge will take in all: its own first second is the calibration, since it reads the real models and writes into
 * the real folder, as many files at once as the rest of it.
 *
 * @param pace of earlier merges, which counts until this one has said more; null where there were none
 * @returns null while nothing can be said
 */
export function forecast(total: Moved, done: Moved, seconds: number, pace: number | null): number | null {
  const moved = workOf(done)
  if (pace === null && (seconds < CALIBRATION_SECONDS || moved === 0)) return null
  const trusted = pace === null ? 0 : TRUSTED_SECONDS / pace
  const own = Math.max(0, seconds - START_SECONDS)
  const mixed = (own + trusted * (pace ?? 0)) / (moved + trusted)
  return seconds + Math.max(0, workOf(total) - moved) * mixed
}

/** @returns seconds for each unit of work, for the next merge; null where this one was too short to tell */
export function paceOf(done: Moved, seconds: number): number | null {
  const work = workOf(done)
  return work < LEAST_WORK ? null : Math.max(0, seconds - START_SECONDS) / work
}
