import { describe, expect, it } from 'vitest'
import type { FloatDType } from '../tensor/dtype.ts'
import { decodeFloat, encodeFloat, roundFloat } from '../tensor/rounding.ts'
import { decodeElements } from './elements.ts'
import { type BlendProgram, GRAM_BLOCK, type GramPart, type InputFormat, type Tile } from './engine.ts'
import { addGramPart, emptyGramPart } from './gram-sums.ts'
import { createReferenceEngine, referenceGram } from './reference.ts'
import { blendOf, gramDifference, gramOf } from './testing/agreement.ts'
import { elements, randomFrom } from './testing/cases.ts'

const engine = createReferenceEngine()
const plain = (dtype: FloatDType): InputFormat => ({ dtype, round: null })

function encode(values: readonly number[], dtype: FloatDType): Uint8Array {
  const bytes = new Uint8Array(values.length * (dtype === 'F32' ? 4 : 2))
  const view = new DataView(bytes.buffer)
  values.forEach((value, i) => {
    if (dtype === 'F32') view.setFloat32(4 * i, value, true)
    else view.setUint16(2 * i, encodeFloat(value, dtype), true)
  })
  return bytes
}

async function blendValues(values: readonly (readonly number[])[], program: BlendProgram): Promise<number[]> {
  const tile = {
    elementCount: values[0]?.length ?? 0,
    inputs: values.map((row, i) => encode(row, program.inputs[i]?.dtype ?? 'F32')),
  }
  const output = program.stages.at(-1)?.round ?? 'F32'
  const bytes = await blendOf(engine, tile, program)
  const view = new DataView(bytes.buffer)
  return Array.from({ length: tile.elementCount }, (_, i) =>
    output === 'F32' ? view.getFloat32(4 * i, true) : decodeFloat(view.getUint16(2 * i, true), output),
  )
}

describe('gram', () => {
  it.each(['BF16', 'F16', 'F32'] as const)('agrees with float64 on weights in %s, whatever the length', (dtype) => {
    for (const count of [1, 7, 4097, 2 * GRAM_BLOCK + 13]) {
      const inputs = [elements(dtype, 'weights', count, 1), elements(dtype, 'weights', count, 2)]
      const part = referenceGram(inputs, count, { inputs: [plain(dtype), plain(dtype)], origin: null })
      const [a, b] = inputs.map((bytes) => [...decodeElements(bytes, plain(dtype), 0, count)])
      const dot = (x: number[] = [], y: number[] = []) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0)
      const norm = Math.sqrt(dot(a, a) * dot(b, b))
      expect(Math.abs((part.gram[0] ?? 0) / dot(a, a) - 1)).toBeLessThan(2e-7)
      expect(Math.abs((part.gram[1] ?? 0) - dot(a, b)) / norm).toBeLessThan(1e-7)
      expect(part.gram[1]).toBe(part.gram[2])
      const sum = (b ?? []).reduce((total, value) => total + value, 0)
      expect(Math.abs((part.sums[1] ?? 0) - sum)).toBeLessThan(1e-5 * Math.sqrt(count))
    }
  })

  it('measures the cosine between differences of a thousandth of their origin', () => {
    const count = 3 * GRAM_BLOCK
    const random = randomFrom(3)
    const base = Array.from({ length: count }, () => roundFloat(random() - 0.5, 'BF16'))
    const near = (seed: number) => {
      const other = randomFrom(seed)
      return base.map((x) => x + (other() - 0.3) * 1e-3)
    }
    const values = [base, near(4), near(5)]
    const inputs = values.map(() => plain('F32'))
    const tile: Tile = { elementCount: count, inputs: values.map((row) => encode(row, 'F32')) }
    const part = referenceGram(tile.inputs, count, { inputs, origin: 0 })
    const stored = tile.inputs.map((bytes) => decodeElements(bytes, plain('F32'), 0, count))
    const delta = (i: number) => Array.from(stored[i] ?? [], (x, e) => x - (stored[0]?.[e] ?? 0))
    const [u, v] = [delta(1), delta(2)]
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0)
    const cosine = (part.gram[5] ?? 0) / Math.sqrt((part.gram[4] ?? 0) * (part.gram[8] ?? 0))
    expect(Math.abs(cosine - dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v)))).toBeLessThan(1e-6)
  })

  it('counts NaN and infinities and takes them as zero', () => {
    const inputs = [encode([1, Number.NaN, Number.POSITIVE_INFINITY, 3], 'BF16'), encode([2, 2, 2, 2], 'BF16')]
    const part = referenceGram(inputs, 4, { inputs: [plain('BF16'), plain('BF16')], origin: null })
    expect([...part.gram]).toEqual([10, 8, 8, 16])
    expect([...part.sums]).toEqual([4, 8])
    expect([...part.nan, ...part.infinite]).toEqual([1, 0, 1, 0])
  })

  it('takes values at the ends of the range of BF16', () => {
    const inputs = [encode([3e38, 2 ** 60, 1], 'BF16')]
    const part = referenceGram(inputs, 3, { inputs: [plain('BF16')], origin: null })
    const largest = roundFloat(3e38, 'BF16')
    expect(part.gram[0]).toBe(largest * largest + 2 ** 120)
  })

  it('gives the same totals however a tensor is cut into tiles', async () => {
    const count = 9 * GRAM_BLOCK + 77
    const inputs = [plain('BF16'), plain('F16')]
    const whole = [elements('BF16', 'weights', count, 1), elements('F16', 'specials', count, 2)]
    const totals: GramPart[] = []
    for (const blocks of [1, 2, 4, 16]) {
      const total = emptyGramPart(2)
      for (let first = 0; first < count; first += blocks * GRAM_BLOCK) {
        const elementCount = Math.min(blocks * GRAM_BLOCK, count - first)
        const tile = {
          elementCount,
          inputs: whole.map((bytes) => bytes.subarray(2 * first, 2 * (first + elementCount))),
        }
        addGramPart(total, await gramOf(engine, tile, { inputs, origin: null }))
      }
      totals.push(total)
    }
    for (const total of totals) expect(gramDifference(total, totals[0] ?? emptyGramPart(0))).toBeNull()
  })
})

describe('blend', () => {
  it.each(['BF16', 'F16'] as const)(
    'rounds to the nearest %s, as float64 does, in all but a few of many elements',
    async (dtype) => {
      const count = 200_000
      const inputs = [plain(dtype), plain(dtype)]
      const bytes = [elements(dtype, 'weights', count, 8), elements(dtype, 'weights', count, 9)]
      const [a, b] = bytes.map((row) => decodeElements(row, plain(dtype), 0, count))
      for (const [c, d] of [
        [0.5, 0.5],
        [0.3711, 0.6402],
        [1.25, -0.2501],
      ] as const) {
        const terms = [
          { operand: 0, coefficient: c },
          { operand: 1, coefficient: d },
        ]
        const output = await blendOf(
          engine,
          { elementCount: count, inputs: bytes },
          { inputs, stages: [{ terms, round: dtype }] },
        )
        const found = new Uint16Array(output.buffer)
        let exact = 0
        for (let e = 0; e < count; e++) {
          const expected = encodeFloat(c * (a?.[e] ?? 0) + d * (b?.[e] ?? 0) + 0, dtype)
          if (expected === found[e]) exact++
          else expect(Math.abs(expected - (found[e] ?? 0))).toBe(1)
        }
        expect(exact / count).toBeGreaterThan(0.9995)
      }
    },
  )

  it('rounds ties to even, and keeps subnormal results', async () => {
    const half = (dtype: FloatDType): BlendProgram => ({
      inputs: [plain(dtype), plain(dtype)],
      stages: [
        {
          terms: [
            { operand: 0, coefficient: 0.5 },
            { operand: 1, coefficient: 0.5 },
          ],
          round: dtype,
        },
      ],
    })
    const ulp = 2 ** -7
    expect(
      await blendValues(
        [
          [1, 1 + ulp],
          [1 + ulp, 1 + 2 * ulp],
        ],
        half('BF16'),
      ),
    ).toEqual([1, 1 + 2 * ulp])
    const step = 2 ** -24
    expect(
      await blendValues(
        [
          [step, 3 * step, step],
          [0, 0, step],
        ],
        half('F16'),
      ),
    ).toEqual([0, 2 * step, step])
    const tiny = 2 ** -133
    expect(
      await blendValues(
        [
          [tiny, 3 * tiny, -tiny],
          [0, 0, -tiny],
        ],
        half('BF16'),
      ),
    ).toEqual([0, 2 * tiny, -tiny])
  })

  it('overflows to infinity, and hands on infinities and NaN', async () => {
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number
    const inputs = [plain('F16'), plain('F16')]
    const terms = [
      { operand: 0, coefficient: 1 },
      { operand: 1, coefficient: -0.75 },
    ]
    const a = [65504, inf, inf, nan, 1, 60000]
    const b = [-65504, 1, inf, 1, inf, 1]
    expect(await blendValues([a, b], { inputs, stages: [{ terms, round: 'F16' }] })).toEqual([
      inf,
      inf,
      nan,
      nan,
      -inf,
      60000,
    ])
  })

  it('leaves out terms with the coefficient 0, NaN and all', async () => {
    const terms = [
      { operand: 0, coefficient: 0 },
      { operand: 1, coefficient: 2 },
    ]
    const program: BlendProgram = { inputs: [plain('BF16'), plain('BF16')], stages: [{ terms, round: 'BF16' }] }
    expect(await blendValues([[Number.NaN], [3]], program)).toEqual([6])
    expect(await blendValues([[1], [2]], { ...program, stages: [{ terms: [], round: 'BF16' }] })).toEqual([0])
  })

  it('hands an input through bit by bit: signs of zeros and payloads of NaN', async () => {
    const words = Uint16Array.from({ length: 65536 }, (_, i) => i)
    const tile = { elementCount: 65536, inputs: [new Uint8Array(words.buffer)] }
    for (const dtype of ['F16', 'BF16'] as const) {
      const terms = [{ operand: 0, coefficient: 1 }]
      const bytes = await blendOf(engine, tile, { inputs: [plain(dtype)], stages: [{ terms, round: dtype }] })
      expect(new Uint16Array(bytes.buffer)).toEqual(words)
    }
  })

  it('rounds between stages', async () => {
    const program: BlendProgram = {
      inputs: [plain('F32'), plain('F32')],
      stages: [
        { terms: [{ operand: 0, coefficient: 1 }], round: 'BF16' },
        {
          terms: [
            { operand: 2, coefficient: 1 },
            { operand: 1, coefficient: 1 },
          ],
          round: 'F32',
        },
      ],
    }
    expect(await blendValues([[1 + 2 ** -12], [2 ** -20]], program)).toEqual([1 + 2 ** -20])
  })

  it('refuses coefficients that are not finite or far too large, in words', async () => {
    for (const coefficient of [Number.NaN, Number.POSITIVE_INFINITY, 2 ** 41]) {
      const program: BlendProgram = {
        inputs: [plain('F32')],
        stages: [{ terms: [{ operand: 0, coefficient }], round: 'F32' }],
      }
      await expect(blendValues([[1]], program)).rejects.toThrow(/coefficient is .*below 2\^40/)
    }
  })
})
