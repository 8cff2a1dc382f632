import { magnitudeBits } from '../../engine/elementwise/keep.ts'
import { differences, keysOf } from '../../engine/elementwise/keys.ts'
import type { Bound, Key } from '../../engine/elementwise/program.ts'
import { PREFIXES, SUFFIXES } from '../../engine/elementwise/reference-count.ts'
import { GRAM_BLOCK } from '../../engine/index.ts'
import { type Foreseen, Foretold, type Whereabouts } from './foretold.ts'
import { type StagePass, valuesOf } from './stage-pass.ts'
import type { LoadedOperands } from './tile-program.ts'

/** Prefixes that one pass looks below, for each key. */
const PREFIXES_A_PASS = 3

/** A key at a place of the ascending order. */
export interface OrderStatistic {
  readonly bits: number
  /** How many keys are smaller, and how many are just so. */
  readonly below: number
  readonly equal: number
}

/** The key of a tile's elements. */
export type TileKey = (operands: LoadedOperands) => Key

/**
 * Exact selection in bounded memory: the k-th smallest key of a tensor without a sort of it. Where tiles stay in memory, a sample foretells the
 * keys, and one pass tells them (foretold.ts). Else, and where the sample was wrong, one pass counts the keys by the upper 16 of their 31 bits,
 * which tells in which of 65536 ranges the k-th lies; another counts those of this range by their lower 15 bits.
 */
export class OrderStatistics {
  readonly #pass: StagePass
  readonly #key: TileKey
  /** By key: counts by prefix, and by prefix those by suffix. */
  readonly #prefixes: Float64Array[]
  #hasPrefixes = false
  #foretold: Foretold | null = null
  readonly #suffixes: Map<number, Float64Array>[]

  private constructor(pass: StagePass, key: TileKey, keys: number) {
    this.#pass = pass
    this.#key = key
    this.#prefixes = Array.from({ length: keys }, () => new Float64Array(PREFIXES))
    this.#suffixes = this.#prefixes.map(() => new Map())
  }

  /**
   * @param keys how many there are for each element
   * @param foreseen what is going to be asked for
   */
  static async of(pass: StagePass, keys: number, key: TileKey, foreseen: Foreseen): Promise<OrderStatistics> {
    const statistics = new OrderStatistics(pass, key, keys)
    statistics.#foretold = await Foretold.of(pass, keys, key, foreseen)
    return statistics
  }

  async #countPrefixes(): Promise<void> {
    if (this.#hasPrefixes) return
    this.#hasPrefixes = true
    await this.#pass.count(
      (operands) => ({ key: this.#key(operands), what: 'prefixes' }),
      (counts) => {
        for (const [k, totals] of this.#prefixes.entries()) addTo(totals, counts, k * PREFIXES)
      },
    )
  }

  /** The keys at the given places of the ascending order (0 is the smallest), for each key. */
  async at(places: readonly (readonly number[])[]): Promise<OrderStatistic[][]> {
    const told = places.map((of, k) => of.flatMap((place) => this.#foretold?.at(k, place) ?? []))
    if (told.every((of, k) => of.length === places[k]?.length)) return told
    await this.#countPrefixes()
    const found = places.map((of, k) => of.map((place) => prefixAt(this.#prefixes[k] ?? new Float64Array(0), place)))
    await this.#look(found.map((of) => of.map(({ prefix }) => prefix)))
    return found.map((of, k) =>
      of.map(({ prefix, before }, i) => {
        const counts = this.#suffixes[k]?.get(prefix) ?? new Float64Array(0)
        let below = before
        const place = places[k]?.[i] ?? 0
        for (let suffix = 0; suffix < counts.length; suffix++) {
          const equal = counts[suffix] ?? 0
          if (place < below + equal) return { bits: prefix * SUFFIXES + suffix, below, equal }
          below += equal
        }
        throw new Error(`${this.#pass.job.name}: the counts of two passes differ`)
      }),
    )
  }

  /** How many keys are 0. */
  async zeros(k: number): Promise<number> {
    const told = this.#foretold?.count(k, 0) ?? null
    if (told !== null) return told
    await this.#countPrefixes()
    if ((this.#prefixes[k]?.[0] ?? 0) === 0) return 0
    await this.#look(this.#prefixes.map((_, i) => (i === k ? [0] : [])))
    return this.#suffixes[k]?.get(0)?.[0] ?? 0
  }

  /** Counts below those prefixes that are not known yet. */
  async #look(wanted: readonly (readonly number[])[]): Promise<void> {
    for (;;) {
      const missing = wanted.map((prefixes, k) =>
        [...new Set(prefixes)].filter((prefix) => !this.#suffixes[k]?.has(prefix)).slice(0, PREFIXES_A_PASS),
      )
      if (missing.every((prefixes) => prefixes.length === 0)) return
      for (const [k, prefixes] of missing.entries())
        for (const prefix of prefixes) this.#suffixes[k]?.set(prefix, new Float64Array(SUFFIXES))
      await this.#pass.count(
        (operands) => ({ key: this.#key(operands), what: { below: missing } }),
        (counts) => {
          let row = 0
          for (const [k, prefixes] of missing.entries())
            for (const prefix of prefixes) {
              const totals = this.#suffixes[k]?.get(prefix)
              if (totals !== undefined) addTo(totals, counts, row * SUFFIXES)
              row++
            }
        },
      )
    }
  }

  /**
   * For each key a bound at a place of the ascending order; null where none is wanted. Of equal keys,
   * - `first`: the lower indices come first, and the element at this place is the first that is within;
   * - `last`: the lower indices come first, and it is the last that is within;
   * - `largest`: the higher indices come first, and it is the first that is within.
   */
  async bounds(side: 'first' | 'last' | 'largest', places: readonly (number | null)[]): Promise<(Bound | null)[]> {
    const found = (await this.at(places.map((place) => (place === null ? [] : [place])))).map(
      ([statistic]) => statistic,
    )
    const numbers = found.map((statistic, k) => {
      if (statistic === undefined) return null
      const { bits, below, equal } = statistic
      const number = (places[k] ?? 0) - below
      if (side === 'largest') return number === 0 ? null : { bits, number: equal - number - 1 }
      return number === (side === 'first' ? 0 : equal - 1) ? null : { bits, number }
    })
    const indices = await this.#indices(numbers)
    return found.map((statistic, k): Bound | null => {
      if (statistic === undefined) return null
      const { bits } = statistic
      const index = indices[k] ?? null
      if (side === 'first') return { bits, from: index ?? 0, to: Number.POSITIVE_INFINITY }
      return { bits, from: 0, to: index ?? Number.POSITIVE_INFINITY }
    })
  }

  /** For each key the index of the element that is number `number` (from 0) of those with these bits. */
  async #indices(wanted: readonly ({ bits: number; number: number } | null)[]): Promise<(number | null)[]> {
    if (wanted.every((one) => one === null)) return wanted.map(() => null)
    const told = wanted.map((one, k) => (one === null ? null : this.#foretold?.whereabouts(k, one.bits, one.number)))
    if (!told.includes(undefined) && !told.some((where, k) => where === null && wanted[k] !== null)) {
      const indices: (number | null)[] = []
      for (const [k, where] of told.entries())
        indices.push(where ? await this.#indexAt(where, k, wanted[k]?.bits ?? 0) : null)
      return indices
    }
    const before = wanted.map(() => 0)
    const blocks = wanted.map((): { index: number; left: number } | null => null)
    await this.#pass.count(
      (operands) => ({ key: this.#key(operands), what: { equal: wanted.map((one) => one?.bits ?? -1) } }),
      (counts, { first, elementCount }) => {
        const width = Math.ceil(elementCount / GRAM_BLOCK)
        for (const [k, one] of wanted.entries()) {
          if (one === null) continue
          for (let block = 0; block < width && blocks[k] === null; block++) {
            const count = counts[k * width + block] ?? 0
            const seen = before[k] ?? 0
            if (one.number < seen + count) blocks[k] = { index: first + block * GRAM_BLOCK, left: one.number - seen }
            before[k] = seen + count
          }
        }
      },
    )
    const indices: (number | null)[] = []
    for (const [k, one] of wanted.entries()) {
      const block = blocks[k] ?? null
      if (one !== null && block === null) throw new Error(`${this.#pass.job.name}: the counts of two passes differ`)
      indices.push(one === null || block === null ? null : await this.#indexIn(block, k, one.bits))
    }
    return indices
  }

  /** The index of an element of which it is known in which piece it is. */
  async #indexAt({ first, elementCount, number }: Whereabouts, k: number, bits: number): Promise<number> {
    const block = await this.#pass.at(first, (tile) =>
      this.#pass.piece(tile, first - tile.first, elementCount, async (operands) => {
        const equal = this.#prefixes.map((_, i) => (i === k ? bits : -1))
        const counts = await this.#pass.countTile(operands, () => ({ key: this.#key(operands), what: { equal } }))
        const width = Math.ceil(elementCount / GRAM_BLOCK)
        let left = number
        for (let block = 0; block < width; block++) {
          const count = counts[k * width + block] ?? 0
          if (left < count) return { index: first + block * GRAM_BLOCK, left }
          left -= count
        }
        throw new Error(`${this.#pass.job.name}: the counts of two passes differ`)
      }),
    )
    return this.#indexIn(block, k, bits)
  }

  async #indexIn(block: { index: number; left: number }, k: number, bits: number): Promise<number> {
    return this.#pass.at(block.index, async (operands) => {
      const at = block.index - operands.first
      const count = Math.min(GRAM_BLOCK, operands.elementCount - at)
      const keys = keysOf(differences(valuesOf(operands, at, count)), this.#key(operands), at)[k]
      let left = block.left
      for (let e = 0; e < count; e++) if (magnitudeBits(keys?.[e] ?? 0) === bits && left-- === 0) return block.index + e
      throw new Error(`${this.#pass.job.name}: the counts of two passes differ`)
    })
  }
}

function prefixAt(counts: Float64Array, place: number): { prefix: number; before: number } {
  let before = 0
  for (let prefix = 0; prefix < counts.length; prefix++) {
    const count = counts[prefix] ?? 0
    if (place < before + count) return { prefix, before }
    before += count
  }
  throw new Error(`there is no element ${place} of ${before}`)
}

function addTo(totals: Float64Array, counts: Uint32Array, from: number): void {
  for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] ?? 0) + (counts[from + i] ?? 0)
}
