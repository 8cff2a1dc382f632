import { magnitudeBitsOf } from '../../engine/elementwise/keep.ts'
import { differences, keysOf } from '../../engine/elementwise/keys.ts'
import type { Bracket } from '../../engine/elementwise/program.ts'
import { bracketLength } from '../../engine/elementwise/reference-count.ts'
import { GRAM_BLOCK } from '../../engine/index.ts'
import { bytesPerElement } from '../../tensor/dtype.ts'
import { decodeElements } from '../../engine/elements.ts'
import { between, numberBelow, numberOf, smallest } from './nth.ts'
import type { OrderStatistic, TileKey } from './order-statistics.ts'
import type { StagePass } from './stage-pass.ts'
import type { LoadedOperands } from './tile-program.ts'

/** Of fewer elements the counts of all prefixes are as soon had. */
const FEWEST_ELEMENTS = 2 ** 19
/** Elements counted at once, so that it is known where in a tensor keys are: one of them is looked through again for each key. */
const PIECE = 16 * GRAM_BLOCK

/** The sample: stretches all over the tensor. Of a large one they are longer, since what lies in the brackets is listed, and costs more there. */
const STRETCHES = 512
const [STRETCH, LONG_STRETCH] = [32, 128]
const LARGE = 2 ** 24
/** How far a place may be from where the sample has it: so many standard deviations of a sample without order, and a share of it. */
const DEVIATIONS = 6.4
const SMALLEST_MARGIN = 0.0005
/** Bits that many keys have are counted by themselves: those of more than this share of the sample, up to a number. */
const SINGLE_SHARE = 1 / 512
const MOST_SINGLES = 4
/** The largest share of keys that is listed. */
const MOST_LISTED = 1 / 8

/** Which places of the ascending order are going to be asked for. */
export interface Foreseen {
  /** As shares of all elements, for key `k` of which a share of `zeros` is 0. */
  readonly shares: (zeros: number, k: number) => readonly number[]
  /** The number of keys that are 0 is asked for as well. */
  readonly zeros: boolean
  /** And so is where elements are. */
  readonly indices: boolean
}

/** What one piece of the tensor has in a bracket. */
interface Part {
  readonly first: number
  readonly elementCount: number
  readonly singles: Uint32Array
  readonly listed: Uint32Array
}

/** A bracket, and what was counted. */
interface Found {
  readonly bracket: Bracket
  above: number
  inside: number
  isWhole: boolean
  readonly parts: Part[]
  all: Uint32Array | null
}

/** Where an element is: the `number`-th of its kind in a piece. */
export interface Whereabouts {
  readonly first: number
  readonly elementCount: number
  readonly number: number
}

/**
 * A selection that a sample foretells. For each place that is going to be asked for the sample gives a bracket of keys, in which it lies almost
 * surely; one pass counts what is above the bracket, and lists what is in it. What it answers is exact; where a bracket was wrong, it has no
 * answer.
 */
export class Foretold {
  readonly #elementCount: number
  readonly #found: readonly (readonly Found[])[]

  private constructor(elementCount: number, found: readonly (readonly Found[])[]) {
    this.#elementCount = elementCount
    this.#found = found
  }

  /** @returns null where a sample is no use: of few elements, where it is a reading of its own, and where too much would have to be listed */
  static async of(pass: StagePass, keys: number, key: TileKey, foreseen: Foreseen): Promise<Foretold | null> {
    const { elementCount } = pass
    if (!pass.isKept || elementCount < FEWEST_ELEMENTS) return null
    const samples = await sampled(pass, keys, key)
    const brackets = samples.map((sample, k) => bracketsOf(sample, foreseen, k))
    const share = Math.max(0, ...brackets.flat().map(({ listed }) => listed))
    if (!(share <= MOST_LISTED)) return null
    const found = brackets.map((of) =>
      of.map(({ bracket }): Found => ({ bracket, above: 0, inside: 0, isWhole: true, parts: [], all: null })),
    )
    const within = brackets.map((of) => of.map(({ bracket }) => bracket))
    await pass.pieces(foreseen.indices ? PIECE : Number.POSITIVE_INFINITY, async (operands) => {
      const room = Math.min(operands.elementCount, Math.ceil(1.5 * share * operands.elementCount) + 4096)
      const counts = await pass.countTile(operands, () => ({ key: key(operands), what: { within, room } }))
      let at = 0
      for (const one of found.flat()) {
        addPart(one, counts, at, room, operands)
        at += bracketLength(one.bracket, room)
      }
    })
    return new Foretold(elementCount, found)
  }

  /** The key at a place of the ascending order. */
  at(k: number, place: number): OrderStatistic | null {
    for (const one of this.#found[k] ?? []) {
      const below = this.#elementCount - one.above - one.inside
      if (!one.isWhole || place < below || place >= below + one.inside) continue
      const { bits, below: fewer, equal } = within(one, place - below)
      return { bits, below: below + fewer, equal }
    }
    return null
  }

  /** How many keys have these bits. */
  count(k: number, bits: number): number | null {
    const one = this.#bracketOf(k, bits)
    return one === null ? null : one.parts.reduce((sum, part) => sum + countIn(one, part, bits), 0)
  }

  /** Where the element is that is number `number` (from 0) of those with these bits. */
  whereabouts(k: number, bits: number, number: number): Whereabouts | null {
    const one = this.#bracketOf(k, bits)
    let left = number
    for (const part of one?.parts ?? []) {
      const count = countIn(one as Found, part, bits)
      if (left < count) return { first: part.first, elementCount: part.elementCount, number: left }
      left -= count
    }
    return null
  }

  #bracketOf(k: number, bits: number): Found | null {
    const found = this.#found[k]?.find(({ bracket, isWhole }) => isWhole && bracket.low <= bits && bits <= bracket.high)
    return found ?? null
  }
}

/** The bits of the sample's elements, for each key. */
async function sampled(pass: StagePass, keys: number, key: TileKey): Promise<Uint32Array[]> {
  const n = pass.elementCount
  const length = n < LARGE ? STRETCH : LONG_STRETCH
  const samples = Array.from({ length: keys }, () => new Uint32Array(STRETCHES * length))
  let taken = 0
  await pass.each((operands) => {
    const { first, elementCount } = operands
    const places: number[] = []
    for (let s = Math.ceil((first * STRETCHES) / n); s < STRETCHES; s++) {
      const at = Math.floor((s * n) / STRETCHES) - first
      if (at + length > elementCount) break
      places.push(at)
    }
    const of = key(operands)
    const deltas = differences(stretchesOf(operands, places, length))
    // Importance depends on the row, and so on the place.
    const parts =
      of.of === 'importance'
        ? places.map((at, s) => keysOf(stretchOf(deltas, s, length), of, at))
        : [keysOf(deltas, of, 0)]
    for (const part of parts) {
      for (const [k, sample] of samples.entries()) sample.set(magnitudeBitsOf(part[k] ?? new Float32Array(0)), taken)
      taken += part[0]?.length ?? 0
    }
  })
  return samples.map((sample) => sample.subarray(0, taken))
}

/** The values of all operands in the stretches that begin at some places of a tile, one stretch after the other. */
function stretchesOf({ formats, bytes }: LoadedOperands, places: readonly number[], length: number): Float32Array[] {
  return formats.map((format, i) => {
    const width = bytesPerElement(format.dtype)
    const stretches = new Uint8Array(places.length * length * width)
    for (const [s, at] of places.entries())
      stretches.set(bytes[i]?.subarray(at * width, (at + length) * width) ?? [], s * length * width)
    return decodeElements(stretches, format, 0, places.length * length)
  })
}

/** Stretch `s` of the differences. */
function stretchOf(deltas: readonly Float32Array[], s: number, length: number): Float32Array[] {
  return deltas.map((delta) => delta.subarray(s * length, (s + 1) * length))
}

/** The brackets of one key, each with the share of elements that it lists. */
function bracketsOf(
  sample: Uint32Array,
  { shares, zeros }: Foreseen,
  k: number,
): { bracket: Bracket; listed: number }[] {
  const m = sample.length
  const brackets = shares(numberOf(sample, 0) / m, k).map((q) => {
    const margin = DEVIATIONS * Math.sqrt(Math.max(0, m * q * (1 - q))) + SMALLEST_MARGIN * m
    const [from, to] = [Math.floor(q * m - margin), Math.ceil(q * m + margin)]
    const low = from < 0 ? 0 : smallest(sample, from)
    const high = to >= m ? 0x7fffffff : smallest(sample, to, Math.max(0, from))
    const inside = between(sample, low, high).sort()
    const single = frequent(inside, SINGLE_SHARE * m)
    const alone = single.reduce((sum, bits) => sum + numberOf(inside, bits), 0)
    return { bracket: { low, high, single }, listed: (inside.length - alone) / m }
  })
  return zeros ? [...brackets, { bracket: { low: 0, high: 0, single: [0] }, listed: 0 }] : brackets
}

/** Of numbers in order, those that are there at least `least` times: the most frequent of them, in order. */
function frequent(sorted: Uint32Array, least: number): number[] {
  const runs: { bits: number; count: number }[] = []
  for (const bits of sorted) {
    const last = runs.at(-1)
    if (last?.bits === bits) last.count++
    else runs.push({ bits, count: 1 })
  }
  const often = runs.filter(({ count }) => count >= least).sort((a, b) => b.count - a.count)
  return often
    .slice(0, MOST_SINGLES)
    .map(({ bits }) => bits)
    .sort((a, b) => a - b)
}

function addPart(
  one: Found,
  counts: Uint32Array,
  at: number,
  room: number,
  { first, elementCount }: { readonly first: number; readonly elementCount: number },
): void {
  const { single } = one.bracket
  const listed = counts[at + 1] ?? 0
  const singles = counts.slice(at + 2, at + 2 + single.length)
  one.above += counts[at] ?? 0
  one.inside += listed + singles.reduce((sum, count) => sum + count, 0)
  if (listed > room) one.isWhole = false
  const from = at + 2 + single.length
  one.parts.push({ first, elementCount, singles, listed: counts.slice(from, from + Math.min(room, listed)) })
}

function countIn({ bracket }: Found, { singles, listed }: Part, bits: number): number {
  const place = bracket.single.indexOf(bits)
  return place >= 0 ? (singles[place] ?? 0) : numberOf(listed, bits)
}

/** The key at a place among those in a bracket. */
function within(one: Found, place: number): OrderStatistic {
  one.all ??= joined(one.parts.map(({ listed }) => listed))
  const { all, bracket, parts } = one
  let [before, last] = [0, -1]
  for (const [s, bits] of bracket.single.entries()) {
    const less = before + numberBelow(all, bits)
    const equal = parts.reduce((sum, { singles }) => sum + (singles[s] ?? 0), 0)
    if (place < less) break
    if (place < less + equal) return { bits, below: less, equal }
    before += equal
    last = bits
  }
  const bits = smallest(all, place - before)
  if (bits <= last) throw new Error(`${bits} is not above ${last}`)
  return { bits, below: before + numberBelow(all, bits), equal: numberOf(all, bits) }
}

function joined(arrays: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(arrays.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const array of arrays) {
    all.set(array, at)
    at += array.length
  }
  return all
}
