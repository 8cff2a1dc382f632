// Medians and a table in Markdown, so that a run can be pasted into RESULTS.md.
import { loadavg } from 'node:os'

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** @param {number} seconds */
export const inSeconds = (seconds) => (seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1))

/**
 * @param {number} bytes read and written
 * @param {number} seconds
 */
export const rate = (bytes, seconds) => (bytes / seconds / 1e9).toPrecision(2)

/** @param {(number | null)[]} bytes of the runs */
export function inGigabytes(bytes) {
  const known = bytes.filter((value) => value !== null)
  return known.length === 0 ? 'unknown' : (Math.max(...known) / 1e9).toFixed(2)
}

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function printTable(head, rows) {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at].length)))
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(' | ')} |`
  console.log([line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n'))
}

/** How busy the machine is, to be read beside a figure. */
export const load = () => `load ${loadavg()[0].toFixed(1)}`
