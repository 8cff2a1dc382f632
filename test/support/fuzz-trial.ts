import { readFileSync, writeFileSync } from 'node:fs'
import type { FuzzTarget } from './fuzz-targets.ts'

/** An answer takes at most this much of the processor's time, whatever else the machine does. */
const MAX_MS = 1000
/** Memory that an answer may take above its input. */
const MAX_BYTES = 64 * 2 ** 20

export interface Tally {
  trials: number
  refused: number
  /** The same content: the change was in bytes that mean nothing, such as a file's date. */
  same: number
  /** Another content, from files without checksums. */
  other: number
  slowestMs: number
  highestBytes: number
}

export function emptyTally(): Tally {
  return { trials: 0, refused: 0, same: 0, other: 0, slowestMs: 0, highestBytes: 0 }
}

/**
 * Gives changed bytes to the page's code and looks at the answer.
 * @returns what is wrong with it, or null
 */
export async function tryOut(
  target: FuzzTarget,
  bytes: Uint8Array<ArrayBuffer>,
  whole: string,
  tally: Tally,
): Promise<string | null> {
  const before = residentBytes(true)
  const start = process.cpuUsage()
  const outcome = await target.answer(bytes).then(
    (content) => ({ content }),
    (cause: unknown) => ({ cause }),
  )
  const { user, system } = process.cpuUsage(start)
  const ms = (user + system) / 1000
  const memory = residentBytes(false) - before
  tally.trials++
  tally.slowestMs = Math.max(tally.slowestMs, ms)
  tally.highestBytes = Math.max(tally.highestBytes, memory)
  if (ms > MAX_MS) return `took ${ms.toFixed(0)} ms`
  if (memory > MAX_BYTES + bytes.length) return `took ${memory} bytes for ${bytes.length}`
  if ('cause' in outcome) {
    tally.refused++
    return faultOf(outcome.cause, target.names)
  }
  if (outcome.content === whole) tally.same++
  else if (target.summed) return 'gave another content in silence'
  else tally.other++
  return null
}

function faultOf(cause: unknown, names: readonly string[]): string | null {
  if (!(cause instanceof Error) || cause.name !== 'StudioError')
    return `threw ${cause instanceof Error ? cause.stack : String(cause)}`
  if (!names.some((name) => cause.message.includes(name))) return `named no file: ${cause.message}`
  return Object.hasOwn(Object.prototype, 'polluted') ? 'changed Object.prototype' : null
}

const STATUS = '/proc/self/status'

/** The memory of this process, or its highest since it was last asked for with `reset`; 0 where the system does not tell. */
function residentBytes(reset: boolean): number {
  try {
    if (reset) writeFileSync('/proc/self/clear_refs', '5')
    const found = (reset ? /VmRSS:\s+(\d+)/ : /VmHWM:\s+(\d+)/).exec(readFileSync(STATUS, 'latin1'))
    return Number(found?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
