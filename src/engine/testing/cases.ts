import fc from 'fast-check'
import { bytesPerElement, type FloatDType } from '../../tensor/dtype.ts'
import { encodeFloat } from '../../tensor/rounding.ts'
import type { BlendProgram, GramRequest, InputFormat, Tile } from '../engine.ts'

/** What the elements of an input look like. */
export const FLAVOURS = ['weights', 'ties', 'subnormal', 'tiny', 'large', 'specials', 'bits'] as const
export type Flavour = (typeof FLAVOURS)[number]

/** Numbers in 0..1 from a seed (mulberry32), so that a failing case can be made again. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const SPECIALS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  0,
  65504,
  -65504,
  3e38,
  2 ** 56,
  -(2 ** 55),
]

/** The bytes of `count` elements. Rare values are kept rare, so that both ways through a kernel are taken. */
export function elements(dtype: FloatDType, flavour: Flavour, count: number, seed: number): Uint8Array {
  const random = randomFrom(seed)
  const width = bytesPerElement(dtype)
  const bytes = new Uint8Array(count * width)
  const view = new DataView(bytes.buffer)
  const gauss = () => (random() + random() + random() + random() - 2) * 0.04
  const one: Record<Exclude<Flavour, 'bits'>, () => number> = {
    weights: gauss,
    ties: () => Math.round(random() * 8 - 4) / 4,
    subnormal: () => gauss() * (dtype === 'F16' ? 2 ** -12 : random() < 0.5 ? 2 ** -126 : 2 ** -60),
    tiny: () => gauss() * 2 ** (-50 - 10 * random()),
    large: () => gauss() * (dtype === 'F16' ? 2 ** 20 : 2 ** (50 + 10 * random())),
    specials: () => (random() < 0.0005 ? (SPECIALS[Math.floor(random() * SPECIALS.length)] ?? 0) : gauss()),
  }
  for (let i = 0; i < count; i++) {
    const bits = flavour === 'bits' ? Math.floor(random() * 256 ** width) : encodeFloat(one[flavour](), dtype)
    if (width === 2) view.setUint16(2 * i, bits, true)
    else view.setUint32(4 * i, bits, true)
  }
  return bytes
}

const sixteenBit = fc.constantFrom<FloatDType>('F16', 'BF16')
/** Formats whose values are 16-bit floats, for which all engines promise the same bits. */
const format: fc.Arbitrary<InputFormat> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ dtype: sixteenBit, round: fc.constantFrom(null, 'F16', 'BF16') }) },
  { weight: 1, arbitrary: fc.record({ dtype: fc.constant<FloatDType>('F32'), round: sixteenBit }) },
)

export interface TileCase {
  readonly formats: readonly InputFormat[]
  readonly tile: Tile
}

/** A tile of 1 to `maxInputs` 16-bit inputs of any flavours, its length odd or even, its bytes not aligned. */
export function tileCase(maxElements: number, maxInputs = 6): fc.Arbitrary<TileCase> {
  const input = fc.record({ format, flavour: fc.constantFrom(...FLAVOURS), seed: fc.nat() })
  return fc
    .record({
      inputs: fc.array(input, { minLength: 1, maxLength: maxInputs }),
      elementCount: fc.integer({ min: 1, max: maxElements }),
    })
    .map(({ inputs, elementCount }) => ({
      formats: inputs.map((i) => i.format),
      tile: {
        elementCount,
        inputs: inputs.map((i) => unaligned(elements(i.format.dtype, i.flavour, elementCount, i.seed))),
      },
    }))
}

/** The same bytes at an odd address, as they come out of a file. */
function unaligned(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length + 1).subarray(1)
  copy.set(bytes)
  return copy
}

/** Programs of 1 to 4 stages over `inputs`, with any 16-bit dtypes between, and F32 at most as the output. */
export function programOver(inputs: readonly InputFormat[]): fc.Arbitrary<BlendProgram> {
  const coefficient = fc.oneof(
    { weight: 5, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }) },
    { weight: 3, arbitrary: fc.constantFrom(0.5, 1, -1, 0, 0.25, 2, 1 - 2 ** -30) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.integer({ min: -140, max: 39 }), fc.double({ min: -1, max: 1, noNaN: true }))
        .map(([e, c]) => c * 2 ** e),
    },
  )
  const stage = (operands: number, last: boolean) =>
    fc.record({
      terms: fc.oneof(
        {
          weight: 4,
          arbitrary: fc.array(fc.record({ operand: fc.nat(operands - 1), coefficient }), {
            minLength: 1,
            maxLength: 4,
          }),
        },
        {
          weight: 1,
          arbitrary: fc.record({ operand: fc.nat(operands - 1), coefficient: fc.constant(1) }).map((term) => [term]),
        },
      ),
      round: last ? fc.constantFrom<FloatDType>('F16', 'BF16', 'F32') : sixteenBit,
    })
  return fc
    .integer({ min: 1, max: 4 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, s) => stage(inputs.length + s, s === count - 1))))
    .map((stages) => ({ inputs, stages }))
}

export function gramRequest(inputs: readonly InputFormat[]): GramRequest {
  return { inputs, origin: null }
}
