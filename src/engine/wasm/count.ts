import { type Bracket, type CountRequest, keyCount } from '../elementwise/program.ts'
import { bracketLength, countElements, countLength, PREFIXES, SUFFIXES } from '../elementwise/reference-count.ts'
import { GRAM_BLOCK, type Tile } from '../engine.ts'
import { GROUP } from '../gram-sums.ts'
import { InputRun } from './input-run.ts'
import type { Kernels } from './kernels.ts'
import { type KeyWords, keyWords } from './key-words.ts'
import type { Layout } from './layout.ts'

/** What the kernel writes behind the last bits that it finds. */
const LANES = 4

/** Elements that the kernel flags together. */
const BLOCK = 1024

/** Counts the keys of a tile, a GRAM_BLOCK at a time; blocks with values too large for the kernel are done by the reference. */
export function countTile(kernels: Kernels, layout: Layout, tile: Tile, request: CountRequest): Uint32Array {
  const { key, what } = request
  const { elementCount } = tile
  const total = new Uint32Array(countLength(request, elementCount))
  const words = keyWords(layout, key, elementCount)
  if (words === null) countElements(tile, request, 0, elementCount, total)
  else if (typeof what === 'object' && 'within' in what)
    countBrackets(kernels, layout, tile, request, words, what, total)
  else countNumbers(kernels, layout, tile, request, words, total)
  return total
}

function countNumbers(
  kernels: Kernels,
  layout: Layout,
  tile: Tile,
  request: CountRequest,
  words: KeyWords,
  total: Uint32Array,
): void {
  const { elementCount } = tile
  const number = keyCount(request, request.key)
  const { isByBlock } = wantedOf(request)
  const size = isByBlock ? number : total.length
  const runs = new CountRuns(kernels, layout, tile, request, words, size)
  const counts = layout.counts(runs.counts, size).fill(0)
  const blocks = Math.ceil(elementCount / GRAM_BLOCK)
  for (let block = 0; block < blocks; block++) {
    const first = block * GRAM_BLOCK
    const count = Math.min(GRAM_BLOCK, elementCount - first)
    takeZeros(request, counts, runs.count(first, count))
    if (isByBlock)
      for (let k = 0; k < number; k++) {
        total[k * blocks + block] = counts[k] ?? 0
        counts[k] = 0
      }
    runs.countWild(first, count, total)
  }
  if (!isByBlock) for (let i = 0; i < size; i++) total[i] = (total[i] ?? 0) + (counts[i] ?? 0)
}

/** As `countNumbers`: what the kernel finds in a run is put behind what was found before. */
function countBrackets(
  kernels: Kernels,
  layout: Layout,
  tile: Tile,
  request: CountRequest,
  words: KeyWords,
  { within, room }: { readonly within: readonly (readonly Bracket[])[]; readonly room: number },
  total: Uint32Array,
): void {
  const { elementCount } = tile
  const brackets = within.flat()
  const sizes = brackets.map((bracket) => bracketLength(bracket, GRAM_BLOCK + LANES))
  const runs = new CountRuns(
    kernels,
    layout,
    tile,
    request,
    words,
    sizes.reduce((a, b) => a + b, 0),
  )
  let address = runs.counts
  const areas = brackets.map((bracket, i) => {
    const area = layout.counts(address, sizes[i] ?? 0)
    address += 4 * (sizes[i] ?? 0)
    return { area, head: 2 + bracket.single.length }
  })
  for (let first = 0; first < elementCount; first += GRAM_BLOCK) {
    const count = Math.min(GRAM_BLOCK, elementCount - first)
    // Zeros that fill up a group would be listed.
    const whole = count - (count % GROUP)
    for (const { area, head } of areas) area.fill(0, 0, head)
    runs.count(first, whole)
    let at = 0
    for (const { area, head } of areas) {
      const [before, found] = [total[at + 1] ?? 0, area[1] ?? 0]
      for (let i = 0; i < head; i++) total[at + i] = (total[at + i] ?? 0) + (area[i] ?? 0)
      const left = Math.min(found, Math.max(0, room - before))
      if (left > 0) total.set(area.subarray(head, head + left), at + head + before)
      at += head + room
    }
    if (whole < count) countElements(tile, request, first + whole, count - whole, total)
    runs.countWild(first, whole, total)
  }
}

/** A request in the kernels' memory, counted run by run. */
class CountRuns {
  /** Address of what the kernel counts. */
  readonly counts: number
  readonly #kernels: Kernels
  readonly #tile: Tile
  readonly #request: CountRequest
  readonly #words: KeyWords
  readonly #run: InputRun
  readonly #code: number
  readonly #wanted: number
  readonly #scratch: number
  readonly #flags: number
  readonly #flagBytes: Uint8Array
  #isWild = false

  /** @param size words that the kernel counts in */
  constructor(kernels: Kernels, layout: Layout, tile: Tile, request: CountRequest, words: KeyWords, size: number) {
    const { code, wanted } = wantedOf(request)
    this.#kernels = kernels
    this.#tile = tile
    this.#request = request
    this.#words = words
    this.#code = code
    this.#run = new InputRun(layout, tile, request.inputs, GRAM_BLOCK)
    this.counts = layout.area(4 * size)
    this.#wanted = layout.area(4 * wanted.length)
    this.#scratch = layout.area(4096 * (request.inputs.length + 1))
    this.#flags = layout.area(GRAM_BLOCK / BLOCK)
    this.#run.begin()
    words.write()
    layout.counts(this.#wanted, wanted.length).set(wanted)
    this.#flagBytes = layout.bytes(this.#flags, GRAM_BLOCK / BLOCK)
  }

  /** Adds elements to the counts. @returns how many zeros, which fill up the last group, were counted as well */
  count(first: number, count: number): number {
    const { of, factors, rowGroups } = this.#words
    const groups = this.#run.copy(first, count)
    const wild = this.#kernels.countRun(
      this.#run.table,
      this.#request.inputs.length,
      groups,
      of,
      factors,
      rowGroups,
      first / GROUP,
      this.#code,
      this.#wanted,
      this.counts,
      this.#scratch,
      this.#flags,
    )
    this.#isWild = wild !== 0
    const last = Math.ceil(count / BLOCK) - 1
    return this.#flagBytes[last] === 0 ? groups * GROUP - count : 0
  }

  /** Counts the blocks that the kernel left out of the elements counted last. */
  countWild(first: number, count: number, total: Uint32Array): void {
    if (!this.#isWild) return
    for (let at = 0; at < count; at += BLOCK)
      if (this.#flagBytes[at / BLOCK])
        countElements(this.#tile, this.#request, first + at, Math.min(BLOCK, count - at), total)
  }
}

function wantedOf({ what }: CountRequest): { code: number; wanted: readonly number[]; isByBlock: boolean } {
  if (what === 'prefixes') return { code: 0, wanted: [], isByBlock: false }
  if ('below' in what)
    return { code: 1, wanted: what.below.flatMap((prefixes) => [prefixes.length, ...prefixes]), isByBlock: false }
  if ('within' in what)
    return {
      code: 4,
      wanted: what.within.flatMap((brackets) => [
        brackets.length,
        ...brackets.flatMap(({ low, high, single }) => [low, high, single.length, ...single]),
      ]),
      isByBlock: false,
    }
  if ('equal' in what) return { code: 2, wanted: what.equal.map((bits) => bits >>> 0), isByBlock: true }
  return { code: 3, wanted: [what.above], isByBlock: false }
}

/** Takes `zeros` elements back that were counted with keys of 0. */
function takeZeros({ what }: CountRequest, counts: Uint32Array, zeros: number): void {
  if (zeros === 0) return
  const take = (at: number) => {
    counts[at] = (counts[at] ?? 0) - zeros
  }
  if (what === 'prefixes') for (let at = 0; at < counts.length; at += PREFIXES) take(at)
  else if ('below' in what) {
    for (const [row, prefix] of what.below.flat().entries()) if (prefix === 0) take(row * SUFFIXES)
  } else if ('equal' in what) {
    for (const [k, bits] of what.equal.entries()) if (bits === 0) take(k)
  }
}
