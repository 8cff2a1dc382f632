import { type Bracket, type CountRequest, keyCount } from '../elementwise/program.ts'
import { bracketLength, countElements, countLength, PREFIXES, SUFFIXES } from '../elementwise/reference-count.ts'
import { GRAM_BLOCK, type Tile } from '../engine.ts'
import { GROUP } from '../gram-sums.ts'
import { InputRun } from './input-run.ts'
import type { Kernels } from './kernels.ts'
import { keyWords } from './key-words.ts'
import type { Layout } from './layout.ts'

/** What the kernel writes behind the last bits that it finds. */
const LANES = 4

/** Elements that the kernel flags together. */
const BLOCK = 1024

/** Counts the keys of a tile, a GRAM_BLOCK at a time; blocks with values too large for the kernel are done by the reference. */
export function countTile(kernels: Kernels, layout: Layout, tile: Tile, request: CountRequest): Uint32Array {
  const { inputs, key, what } = request
  if (typeof what === 'object' && 'within' in what) return countBrackets(kernels, layout, tile, request, what)
  const { elementCount } = tile
  const total = new Uint32Array(countLength(request, elementCount))
  const words = keyWords(layout, key, elementCount)
  if (words === null) {
    countElements(tile, request, 0, elementCount, total)
    return total
  }
  const number = keyCount(request, key)
  const { code, wanted, isByBlock } = wantedOf(request)
  const size = isByBlock ? number : total.length
  const run = new InputRun(layout, tile, inputs, GRAM_BLOCK)
  const countArea = layout.area(4 * size)
  const wantedArea = layout.area(4 * wanted.length)
  const scratch = layout.area(4096 * (inputs.length + 1))
  const flags = layout.area(GRAM_BLOCK / BLOCK)
  run.begin()
  words.write()
  layout.counts(wantedArea, wanted.length).set(wanted)
  const counts = layout.counts(countArea, size).fill(0)
  const flagBytes = layout.bytes(flags, GRAM_BLOCK / BLOCK)
  const blocks = Math.ceil(elementCount / GRAM_BLOCK)
  for (let block = 0; block < blocks; block++) {
    const first = block * GRAM_BLOCK
    const count = Math.min(GRAM_BLOCK, elementCount - first)
    const groups = run.copy(first, count)
    const wild = kernels.countRun(
      run.table,
      inputs.length,
      groups,
      words.of,
      words.factors,
      words.rowGroups,
      first / GROUP,
      code,
      wantedArea,
      countArea,
      scratch,
      flags,
    )
    const last = Math.ceil(count / BLOCK) - 1
    // The zeros that fill the last group were counted as well.
    if (flagBytes[last] === 0) takeZeros(request, counts, groups * GROUP - count)
    if (isByBlock)
      for (let k = 0; k < number; k++) {
        total[k * blocks + block] = counts[k] ?? 0
        counts[k] = 0
      }
    if (wild === 0) continue
    for (let at = 0; at < count; at += BLOCK)
      if (flagBytes[at / BLOCK]) countElements(tile, request, first + at, Math.min(BLOCK, count - at), total)
  }
  if (!isByBlock) for (let i = 0; i < size; i++) total[i] = (total[i] ?? 0) + (counts[i] ?? 0)
  return total
}

/** As `countTile`: what the kernel finds in a run is put behind what was found before. */
function countBrackets(
  kernels: Kernels,
  layout: Layout,
  tile: Tile,
  request: CountRequest,
  { within, room }: { readonly within: readonly (readonly Bracket[])[]; readonly room: number },
): Uint32Array {
  const { inputs, key } = request
  const { elementCount } = tile
  const total = new Uint32Array(countLength(request, elementCount))
  const words = keyWords(layout, key, elementCount)
  if (words === null) {
    countElements(tile, request, 0, elementCount, total)
    return total
  }
  const brackets = within.flat()
  const { code, wanted } = wantedOf(request)
  const run = new InputRun(layout, tile, inputs, GRAM_BLOCK)
  const sizes = brackets.map((bracket) => bracketLength(bracket, GRAM_BLOCK + LANES))
  const countArea = layout.area(4 * sizes.reduce((a, b) => a + b, 0))
  const wantedArea = layout.area(4 * wanted.length)
  const scratch = layout.area(4096 * (inputs.length + 1))
  const flags = layout.area(GRAM_BLOCK / BLOCK)
  run.begin()
  words.write()
  layout.counts(wantedArea, wanted.length).set(wanted)
  const flagBytes = layout.bytes(flags, GRAM_BLOCK / BLOCK)
  let address = countArea
  const areas = brackets.map((bracket, i) => {
    const area = layout.counts(address, sizes[i] ?? 0)
    address += 4 * (sizes[i] ?? 0)
    return { area, head: 2 + bracket.single.length }
  })
  for (let first = 0; first < elementCount; first += GRAM_BLOCK) {
    const count = Math.min(GRAM_BLOCK, elementCount - first)
    const whole = count - (count % GROUP)
    for (const { area, head } of areas) area.fill(0, 0, head)
    const groups = run.copy(first, whole)
    const wild = kernels.countRun(
      run.table,
      inputs.length,
      groups,
      words.of,
      words.factors,
      words.rowGroups,
      first / GROUP,
      code,
      wantedArea,
      countArea,
      scratch,
      flags,
    )
    let at = 0
    for (const { area, head } of areas) {
      const [before, found] = [total[at + 1] ?? 0, area[1] ?? 0]
      for (let i = 0; i < head; i++) total[at + i] = (total[at + i] ?? 0) + (area[i] ?? 0)
      const left = Math.min(found, Math.max(0, room - before))
      if (left > 0) total.set(area.subarray(head, head + left), at + head + before)
      at += head + room
    }
    if (whole < count) countElements(tile, request, first + whole, count - whole, total)
    if (wild === 0) continue
    for (let at = 0; at < whole; at += BLOCK)
      if (flagBytes[at / BLOCK]) countElements(tile, request, first + at, Math.min(BLOCK, whole - at), total)
  }
  return total
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
