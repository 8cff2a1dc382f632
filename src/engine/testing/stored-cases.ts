import fc from 'fast-check'
import type { FloatDType } from '../../tensor/dtype.ts'
import { encodeFloat } from '../../tensor/rounding.ts'
import { magnitudeBits } from '../elementwise/keep.ts'
import { differences, inputValues, keysOf } from '../elementwise/keys.ts'
import { randomStream } from '../elementwise/philox.ts'
import { type Bound, type Bracket, type Keep, type Key, NO_HIGH } from '../elementwise/program.ts'
import type { InputFormat } from '../engine.ts'
import { randomFrom } from './cases.ts'
import type { ElementCase } from './element-cases.ts'

/** What a value is beside the usual: a few in every tile, or none. */
const ODD = [0, -0, 1e-40, -3e-39, 1e25, -1e25, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

/**
 * Mixes and counts of tensors in BF16, as most are: what kernels compute straight from the stored elements. Differences come in few sizes, so that
 * many keys are equal to a bound, of which a tile has some before and some after the place where it ends.
 */
export function storedCase(maxElements: number): fc.Arbitrary<ElementCase> {
  return fc
    .record({
      seed: fc.nat(),
      differences: fc.integer({ min: 1, max: 4 }),
      elementCount: fc.integer({ min: 1, max: maxElements }),
      kind: fc.constantFrom('ranges', 'random', 'masks', 'any'),
      keyOf: fc.constantFrom('differences', 'variance'),
      vote: fc.constantFrom('none', 'kept', 'scaled', 'plain'),
      odd: fc.constantFrom(0, 0, 0.0003, 0.01),
    })
    .map(storedCaseOf)
}

interface Drawn {
  readonly seed: number
  readonly differences: number
  readonly elementCount: number
  readonly kind: 'ranges' | 'random' | 'masks' | 'any'
  readonly keyOf: 'differences' | 'variance'
  readonly vote: 'none' | 'kept' | 'scaled' | 'plain'
  readonly odd: number
}

function storedCaseOf({ seed, differences: number, elementCount, kind, keyOf, vote, odd }: Drawn): ElementCase {
  const random = randomFrom(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const step = 2 ** -Math.floor(4 + 6 * random())
  const base = Float64Array.from({ length: elementCount }, () => step * Math.round(64 * (random() - 0.5)))
  const formats = Array.from(
    { length: number + 1 },
    (): InputFormat => ({ dtype: 'BF16', round: pick<FloatDType | null>([null, 'BF16']) }),
  )
  const inputs = formats.map((_, i) => {
    const halves = Uint16Array.from(base, (value) => {
      const moved = value + (i === 0 ? 0 : step * Math.round(6 * (random() - 0.5)))
      return encodeFloat(random() < odd ? pick(ODD) : moved, 'BF16')
    })
    return new Uint8Array(halves.buffer)
  })
  const tile = { elementCount, inputs }
  const first = 8 * Math.floor(random() * 1000)
  const request = { inputs: formats, first }
  const key: Key = { of: keyOf }
  const keys = keysOf(differences(inputValues(tile, request, 0, elementCount)), key, 0)
  const someBits = (k: number) => magnitudeBits(keys[k]?.[Math.floor(random() * elementCount)] ?? 0)
  const someIndex = () => first + Math.floor(random() * elementCount)
  const bound = (bits: number): Bound =>
    pick([
      { bits, from: 0, to: Number.POSITIVE_INFINITY },
      { bits, from: 0, to: someIndex() },
      { bits, from: someIndex(), to: Number.POSITIVE_INFINITY },
      { bits, from: first + elementCount, to: Number.POSITIVE_INFINITY },
      { bits, from: 1, to: 0 },
    ])
  const keep = (k: number): Keep => {
    const own = kind === 'any' ? pick(['ranges', 'random', 'masks', 'all']) : random() < 0.1 ? 'all' : kind
    if (own === 'all') return 'all'
    if (own === 'random') return { limit: Math.floor(random() * 2 ** 32), random: randomStream('t', seed), place: k }
    if (own === 'masks') return { mask: Uint8Array.from({ length: Math.ceil(elementCount / 8) }, () => 256 * random()) }
    return { low: bound(someBits(k)), high: random() < 0.5 ? NO_HIGH : bound(someBits(k)) }
  }
  const bracket = (k: number): Bracket => {
    const [a, b] = random() < 0.1 ? [0, 0x7fffffff] : [someBits(k), someBits(k)]
    const [low, high] = [Math.min(a, b), Math.max(a, b)]
    const inside = new Set([someBits(k), someBits(k), someBits(k)].filter((bits) => bits >= low && bits <= high))
    return { low, high, single: [...inside].slice(0, Math.floor(4 * random())) }
  }
  const deltas = formats.slice(1)
  // One for all of a key that the differences share is what methods have; several are to be told apart all the same.
  const keeps = (random() < 0.1 ? deltas : keys).map((_, k) => keep(Math.min(k, keys.length - 1)))
  const numbers = () => deltas.map(() => pick([0, 0.5, -0.25, random() * 2 - 0.6]))
  const whole = { ...request, rowLength: elementCount }
  return {
    tile,
    program: {
      ...request,
      rule: {
        kind: 'mix',
        key,
        keeps,
        scales: numbers(),
        vote,
        factor: pick([
          { by: 'all', value: pick([1, random() * 2, 1e39]) },
          { by: 'weights', weights: numbers(), value: pick([1, -0.7, 1e39]) },
          { by: 'count', alone: numbers() },
        ] as const),
      },
      round: 'BF16',
    },
    counts: [
      {
        ...request,
        key,
        what: {
          within: keys.map((_, k) => [0, 1].slice(0, Math.floor(3 * random())).map(() => bracket(k))),
          room: Math.floor(random() * elementCount),
        },
      },
    ],
    sums: [{ ...request, key, keeps, squares: random() < 0.5 }],
    divergence: whole,
    product: { ...whole, based: true },
    rank: { ...whole, difference: 0, density: 0.5, epsilon: 0.1, random: randomStream('t', seed) },
  }
}
