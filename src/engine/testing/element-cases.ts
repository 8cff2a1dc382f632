import fc from 'fast-check'
import type { FloatDType } from '../../tensor/dtype.ts'
import { magnitudeBits } from '../elementwise/keep.ts'
import { differences, inputValues, keysOf } from '../elementwise/keys.ts'
import { randomStream } from '../elementwise/philox.ts'
import type {
  Bound,
  Bracket,
  CountRequest,
  DivergenceRequest,
  ElementProgram,
  Factor,
  Keep,
  Key,
  MixRule,
  ProductRequest,
  RankRequest,
  SumRequest,
} from '../elementwise/program.ts'
import { keyCount } from '../elementwise/program.ts'
import { PREFIXES, SUFFIXES } from '../elementwise/reference-count.ts'
import type { InputFormat, Tile } from '../engine.ts'
import { elements, FLAVOURS, type Flavour, randomFrom } from './cases.ts'

/** A tile, what is counted and summed over it, and what is made of it. */
export interface ElementCase {
  readonly tile: Tile
  readonly program: ElementProgram
  readonly counts: readonly CountRequest[]
  readonly sums: readonly SumRequest[]
  readonly divergence: DivergenceRequest
  readonly rank: RankRequest
  readonly product: ProductRequest
}

const DTYPES: readonly FloatDType[] = ['F32', 'F16', 'BF16']

/** Element-wise requests of every kind over inputs of all dtypes; all follow from the numbers drawn here. */
export function elementCase(maxElements: number): fc.Arbitrary<ElementCase> {
  return fc
    .record({
      seed: fc.nat(),
      inputs: fc.integer({ min: 2, max: 5 }),
      elementCount: fc.oneof(
        fc.integer({ min: 1, max: maxElements }),
        fc.integer({ min: 1, max: Math.floor(maxElements / 240) }).map((rows) => 240 * rows),
      ),
      flavour: fc.constantFrom<Flavour>(...FLAVOURS, 'ties', 'weights', 'specials'),
    })
    .map(({ seed, inputs, elementCount, flavour }) => caseOf(seed, inputs, elementCount, flavour))
}

function caseOf(seed: number, inputCount: number, elementCount: number, flavour: Flavour): ElementCase {
  const random = randomFrom(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const dtype = pick(DTYPES)
  const mixed = random() < 0.3
  const formats = Array.from({ length: inputCount }, (): InputFormat => {
    const own = mixed ? pick(DTYPES) : dtype
    return { dtype: own, round: random() < 0.2 ? pick(DTYPES) : null }
  })
  const tile = {
    elementCount,
    inputs: formats.map((format, i) =>
      elements(format.dtype, random() < 0.8 ? flavour : pick(FLAVOURS), elementCount, seed + i),
    ),
  }
  const first = random() < 0.8 ? 8 * Math.floor(random() * 1e6) : Math.floor(random() * 1e6)
  const request = { inputs: formats, first }
  const rowLength =
    random() < 0.3
      ? pick([8, 24, 40, 48, 80, 120, 240])
      : random() < 0.7
        ? 8 * (1 + Math.floor(random() * 40))
        : 1 + Math.floor(random() * 300)
  const key = (): Key => {
    const chosen = random()
    if (chosen < 0.6) return { of: 'differences' }
    if (chosen < 0.8) return { of: 'variance' }
    const factors = Float32Array.from({ length: Math.ceil(elementCount / rowLength) }, () => random() * 2)
    return { of: 'importance', rowLength, factors }
  }
  const deltas = differences(inputValues(tile, request, 0, elementCount))
  const someBits = (of: Key, k: number): number =>
    magnitudeBits(keysOf(deltas, of, 0)[k]?.[Math.floor(random() * elementCount)] ?? 0)
  const bound = (bits: number): Bound => {
    const [a, b] = [first + Math.floor(random() * elementCount), first + Math.floor(random() * elementCount)]
    return pick<Bound>([
      { bits, from: 0, to: Number.POSITIVE_INFINITY },
      { bits, from: Math.min(a, b), to: Math.max(a, b) },
      { bits, from: 0, to: a },
      { bits, from: 1, to: 0 },
    ])
  }
  const keep = (of: Key, k: number): Keep => {
    const chosen = random()
    if (chosen < 0.1) return 'all'
    if (chosen < 0.4) {
      const limit = Math.floor(random() * 2 ** 32)
      return { limit, random: randomStream(`tensor ${seed}`, seed), place: k }
    }
    if (chosen < 0.55) {
      return { mask: Uint8Array.from({ length: Math.ceil(elementCount / 8) }, () => Math.floor(random() * 256)) }
    }
    const [a, b] = [someBits(of, k), someBits(of, k)]
    return {
      low: random() < 0.2 ? { bits: 0, from: 0, to: Number.POSITIVE_INFINITY } : bound(Math.min(a, b)),
      high: random() < 0.5 ? { bits: 0xffffffff, from: 0, to: Number.POSITIVE_INFINITY } : bound(Math.max(a, b)),
    }
  }
  const brackets = (of: Key, k: number): Bracket[] =>
    Array.from({ length: Math.floor(random() * 3) }, () => {
      const [a, b] = random() < 0.2 ? [0, 0x7fffffff] : [someBits(of, k), someBits(of, k)]
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      const inside = Array.from({ length: Math.floor(random() * 4) }, () => someBits(of, k))
      return { low, high, single: [...new Set(inside)].filter((bits) => bits >= low && bits <= high) }
    })
  const keepsOf = (of: Key): Keep[] => {
    if (of.of === 'differences') return deltas.map((_, k) => keep(of, k))
    // One for all is what methods have; several are to be told apart all the same.
    return (random() < 0.2 ? deltas : [0]).map(() => keep(of, 0))
  }
  const numbers = () => deltas.map(() => (random() < 0.1 ? 0 : random() * 2 - 0.6))
  const factor = (): Factor =>
    pick<Factor>([
      { by: 'all', value: random() * 2 },
      { by: 'weights', weights: numbers(), value: random() },
      { by: 'count', alone: numbers() },
    ])
  const mix = (): MixRule => {
    const of = key()
    const vote = pick(['none', 'kept', 'scaled', 'plain'] as const)
    return { kind: 'mix', key: of, keeps: keepsOf(of), scales: numbers(), vote, factor: factor() }
  }
  const rows = (): ElementProgram['rule'] => {
    const along = pick(['rows', 'columns'] as const)
    const vectors = along === 'rows' ? Math.ceil(elementCount / rowLength) : rowLength
    const coefficients = Float32Array.from({ length: vectors * inputCount }, () => random() * 2 - 1)
    return { kind: 'rows', along, length: rowLength, coefficients }
  }
  const fuse = (): ElementProgram['rule'] => {
    const of = key()
    return { kind: 'fuse', key: of, threshold: someBits(of, 0) }
  }
  // A tile of whole rows: of this length, or one row.
  const wholeLength = elementCount % rowLength === 0 ? rowLength : elementCount
  const whole = { inputs: formats, first }
  const rule = pick([mix, mix, mix, fuse, rows, () => ({ kind: 'near', t: random() * 0.05 }) as const])()
  const counts = (): CountRequest => {
    const of = key()
    const each = Array.from({ length: keyCount(request, of) }, (_, k) => k)
    const prefixes = each.map((k) =>
      Array.from({ length: Math.floor(random() * 4) }, () => Math.floor(someBits(of, k) / SUFFIXES) % PREFIXES),
    )
    const what = pick<CountRequest['what']>([
      'prefixes',
      { below: prefixes.map((row) => [...new Set(row)]) },
      { equal: each.map((k) => (random() < 0.2 ? -1 : someBits(of, k))) },
      { above: someBits(of, 0) },
      { within: each.map((k) => brackets(of, k)), room: Math.floor(random() * elementCount) },
    ])
    return { ...request, key: typeof what === 'object' && 'above' in what ? { of: 'differences' } : of, what }
  }
  const sum = (): SumRequest => {
    const of = key()
    return { ...request, key: of, keeps: keepsOf(of), squares: random() < 0.5 }
  }
  return {
    tile,
    program: { ...request, rule, round: pick(DTYPES) },
    counts: [counts(), counts()],
    sums: [sum()],
    divergence: { ...whole, rowLength: wholeLength },
    product: { ...whole, rowLength: wholeLength, based: random() < 0.5 },
    rank: {
      ...whole,
      rowLength: wholeLength,
      difference: Math.floor(random() * deltas.length),
      density: 0.3 + 0.4 * random(),
      epsilon: 0.29 * random(),
      random: randomStream(`tensor ${seed}`, seed),
    },
  }
}
