import { GRAM_BLOCK, type Tile } from '../engine.ts'
import { magnitudeBits } from './keep.ts'
import { differences, inputValues, keysOf } from './keys.ts'
import { type Bracket, type CountRequest, keyCount } from './program.ts'

export const PREFIXES = 65536
export const SUFFIXES = 32768
const SUFFIX_BITS = 15

/** Numbers that a request is answered with. */
export function countLength(request: CountRequest, elementCount: number): number {
  const { what } = request
  if (what === 'prefixes') return keyCount(request, request.key) * PREFIXES
  if ('below' in what) return what.below.reduce((sum, prefixes) => sum + prefixes.length, 0) * SUFFIXES
  if ('above' in what) return 2 * keyCount(request, request.key)
  if ('within' in what) return what.within.flat().reduce((sum, bracket) => sum + bracketLength(bracket, what.room), 0)
  return what.equal.length * Math.ceil(elementCount / GRAM_BLOCK)
}

/** Numbers that a bracket is answered with. */
export function bracketLength({ single }: Bracket, room: number): number {
  return 2 + single.length + room
}

/** The specification of the counting kernels: how many keys have which bits, for `count` elements from place `at` on. Adds to `counts`. */
export function countElements(tile: Tile, request: CountRequest, at: number, count: number, counts: Uint32Array): void {
  const { what, key } = request
  const blocks = Math.ceil(tile.elementCount / GRAM_BLOCK)
  for (let from = at; from < at + count; ) {
    const run = Math.min(GRAM_BLOCK - (from % GRAM_BLOCK), at + count - from)
    const keys = keysOf(differences(inputValues(tile, request, from, run)), key, from)
    if (typeof what === 'object' && 'above' in what) countShared(keys, what.above, counts)
    let row = 0
    let place = 0
    for (const [k, values] of keys.entries()) {
      if (what === 'prefixes') {
        for (const value of values) increment(counts, k * PREFIXES + (magnitudeBits(value) >>> SUFFIX_BITS))
      } else if ('below' in what) {
        for (const prefix of what.below[k] ?? []) {
          for (const value of values) {
            const bits = magnitudeBits(value)
            if (bits >>> SUFFIX_BITS === prefix) increment(counts, row * SUFFIXES + (bits & (SUFFIXES - 1)))
          }
          row++
        }
      } else if ('within' in what) {
        for (const bracket of what.within[k] ?? []) {
          for (const value of values) countWithin(magnitudeBits(value), bracket, what.room, place, counts)
          place += bracketLength(bracket, what.room)
        }
      } else if ('equal' in what) {
        const equal = what.equal[k]
        for (const value of values)
          if (magnitudeBits(value) === equal) increment(counts, k * blocks + Math.floor(from / GRAM_BLOCK))
      }
    }
    from += run
  }
}

function countWithin(
  bits: number,
  { low, high, single }: Bracket,
  room: number,
  at: number,
  counts: Uint32Array,
): void {
  if (bits > high) increment(counts, at)
  if (bits > high || bits < low) return
  const one = single.indexOf(bits)
  const found = counts[at + 1] ?? 0
  if (one < 0 && found < room) counts[at + 2 + single.length + found] = bits
  increment(counts, one < 0 ? at + 1 : at + 2 + one)
}

function increment(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1
}

function countShared(keys: readonly Float32Array[], above: number, counts: Uint32Array): void {
  for (let e = 0; e < (keys[0]?.length ?? 0); e++) {
    const contributors = keys.flatMap((values, k) => (magnitudeBits(values[e] ?? 0) > above ? [k] : []))
    for (const k of contributors) increment(counts, 2 * k + (contributors.length > 1 ? 0 : 1))
  }
}
