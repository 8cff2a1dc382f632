// Memory of the whole browser: the proportional set size of all its processes, so that shared pages count once. Linux only.
import { readdirSync, readFileSync } from 'node:fs'

const EVERY_MS = 200

/**
 * @param {string} profile the folder of the browser's profile
 * @returns {number | null} bytes over all processes of the browser; null where /proc doesn't tell
 */
export function browserMemory(profile) {
  let bytes = 0
  for (const process of processesOf(profile)) bytes += proportionalSet(process)
  return bytes > 0 ? bytes : null
}

/**
 * @template T
 * @param {string} profile
 * @param {() => Promise<T>} work
 * @returns {Promise<{ result: T, peak: number | null }>} with the most bytes that the browser held while it worked
 */
export async function withPeak(profile, work) {
  let peak = browserMemory(profile)
  const timer = setInterval(() => {
    const now = browserMemory(profile)
    if (now !== null && (peak === null || now > peak)) peak = now
  }, EVERY_MS)
  try {
    const result = await work()
    return { result, peak }
  } finally {
    clearInterval(timer)
  }
}

/**
 * @param {number} root
 * @returns {number} bytes over the browsers among a process's descendants
 */
export function descendantsMemory(root) {
  const parents = parentsOfAll()
  const belongs = (/** @type {number} */ pid) => {
    for (let at = pid; at > 1; at = parents.get(at) ?? 0) if (at === root) return true
    return false
  }
  const browsers = [...parents.keys()].filter((pid) => belongs(pid) && /chrom/.test(read(`/proc/${pid}/cmdline`)))
  return browsers.reduce((sum, pid) => sum + proportionalSet(pid), 0)
}

function parentsOfAll() {
  /** @type {Map<number, number>} */
  const parents = new Map()
  for (const entry of entriesOfProc())
    parents.set(Number(entry), Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${entry}/status`))?.[1] ?? 0))
  return parents
}

/** @param {string} profile */
export function processesOf(profile) {
  const parents = parentsOfAll()
  /** @type {Set<number>} */
  const members = new Set()
  for (const pid of parents.keys()) {
    if (read(`/proc/${pid}/cmdline`).includes(`--user-data-dir=${profile}`)) members.add(pid)
  }
  const belongs = (/** @type {number} */ pid) => {
    for (let at = pid; at > 1; at = parents.get(at) ?? 0) if (members.has(at)) return true
    return false
  }
  return [...parents.keys()].filter(belongs)
}

function entriesOfProc() {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

/** @param {number} pid */
function proportionalSet(pid) {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1]
  return Number(kilobytes ?? 0) * 1024
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process ended between the listing and the reading.
    return ''
  }
}
