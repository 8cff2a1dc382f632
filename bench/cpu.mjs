// Processor time of the browser, by thread. Linux only.
import { readdirSync, readFileSync } from 'node:fs'
import { processesOf } from './memory.mjs'

const TICKS_PER_SECOND = 100

/** Kinds of threads that are told apart; everything else is `other`. */
const KINDS = {
  'page and workers': (/** @type {string} */ type, /** @type {string} */ name) =>
    type === 'renderer' && (name.startsWith('DedicatedWorker') || name === 'chromium' || name === 'chrome'),
  'other of page': (/** @type {string} */ type) => type === 'renderer',
  'browser, IO thread': (/** @type {string} */ type, /** @type {string} */ name) =>
    type === 'browser' && name === 'Chrome_IOThread',
  'browser, pool': (/** @type {string} */ type, /** @type {string} */ name) =>
    type === 'browser' && name.startsWith('ThreadPool'),
  other: () => true,
}
export const THREAD_KINDS = Object.keys(KINDS)

/** Milliseconds between two looks: threads end with their work, and what they did since the last look is lost. */
const EVERY_MS = 500

/**
 * Counts from now on.
 * @param {string} profile the folder of the browser's profile
 * @returns {() => number[]} ends it, and gives the seconds by `THREAD_KINDS`
 */
export function countCpu(profile) {
  const before = threadsOf(profile)
  const last = new Map(before)
  const look = () => {
    for (const [thread, found] of threadsOf(profile)) last.set(thread, found)
  }
  const timer = setInterval(look, EVERY_MS)
  return () => {
    clearInterval(timer)
    look()
    const sums = THREAD_KINDS.map(() => 0)
    for (const [thread, { type, name, seconds }] of last) {
      const kind = Object.values(KINDS).findIndex((is) => is(type, name))
      sums[kind] += seconds - (before.get(thread)?.seconds ?? 0)
    }
    return sums
  }
}

/** @param {string} profile */
function threadsOf(profile) {
  /** @type {Map<string, { type: string, name: string, seconds: number }>} */
  const found = new Map()
  for (const process of processesOf(profile)) {
    try {
      const type = /--type=([a-z-]+)/.exec(readFileSync(`/proc/${process}/cmdline`, 'utf8'))?.[1] ?? 'browser'
      for (const thread of readdirSync(`/proc/${process}/task`)) {
        const stat = readFileSync(`/proc/${process}/task/${thread}/stat`, 'utf8')
        const name = /\((.*)\)/.exec(stat)?.[1] ?? ''
        const fields = stat.split(') ').at(-1)?.split(' ') ?? []
        const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
        found.set(thread, { type, name, seconds })
      }
    } catch {
      // The process or thread ended between the listing and the reading.
    }
  }
  return found
}
