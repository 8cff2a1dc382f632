import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FloatDType } from '../tensor/dtype.ts'
import { decodeFloat, encodeFloat } from '../tensor/rounding.ts'
import type { Engine, InputFormat, Tile } from './engine.ts'
import { createReferenceEngine } from './reference.ts'
import { blendOf, firstDifference, gramDifference, gramOf } from './testing/agreement.ts'
import { createWasmEngine } from './wasm/wasm-engine.ts'
import { requestDevice } from './webgpu/device.ts'
import { createWebGpuEngine } from './webgpu/webgpu-engine.ts'

const SIXTEEN = ['F16', 'BF16'] as const
const reference = createReferenceEngine()
const engines: Record<'wasm' | 'webgpu', Engine | null> = { wasm: null, webgpu: null }

beforeAll(async () => {
  engines.wasm = await createWasmEngine()
  const found = await requestDevice()
  if (typeof found === 'string') throw new Error(found)
  engines.webgpu = createWebGpuEngine(found.device, found.info)
})
afterAll(() => engines.webgpu?.destroy())

/** Steps of the smallest size, both sides of the first normal value, ties of F16 and BF16, the largest values of the fast way. */
function tameCorners(dtype: FloatDType): number[] {
  const step = dtype === 'F16' ? 2 ** -24 : 2 ** -133
  const normal = dtype === 'F16' ? 2 ** -14 : 2 ** -126
  const ulp = dtype === 'F16' ? 2 ** -10 : 2 ** -7
  const top = dtype === 'F16' ? 65504 : 2 ** 56 - 2 ** 48
  const positive = [
    ...[0, 1, 2, 3, 5, 7, 127, 128, 129].map((n) => n * step),
    ...[1 - 2 * ulp, 1 - ulp, 1, 1 + ulp, 1 + 3 * ulp, 2].map((x) => x * normal),
    ...[1, 1 + ulp, 1 + 2 * ulp, 1 + 3 * ulp, 2 - ulp, 3, 0.1].map((x) => x),
    ...[2 ** -14, 2 ** -24, 2 ** -25, 2 ** -25 * (1 + ulp), 1.5 * 2 ** -24, 2 ** -55, 65504, 65520, top, top / 2],
  ]
  return [...positive, ...positive.map((x) => -x)]
}

const WILD = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  2 ** 56,
  -(2 ** 127),
  3.3e38,
  2 ** 57 * 1.5,
]

/** Every pair of values, as two inputs. */
function everyPair(values: readonly number[], dtypes: readonly [FloatDType, FloatDType]): Tile {
  const pairs = values.flatMap((a) => values.map((b) => [a, b]))
  const inputs = dtypes.map((dtype, i) => {
    const words = Uint16Array.from(pairs, (pair) => encodeFloat(pair[i] ?? 0, dtype))
    return new Uint8Array(words.buffer)
  })
  return { elementCount: pairs.length, inputs }
}

/** F32 values round the ties between neighbouring F16 and BF16 values, the largest ones included. */
function tieCorners(): number[] {
  return SIXTEEN.flatMap((dtype) =>
    [...tameCorners(dtype), 65504].flatMap((corner) => {
      const bits = encodeFloat(corner, dtype)
      const top = dtype === 'F16' && (bits & 0x7fff) === 0x7bff
      const next = top ? Math.sign(corner) * 65536 : decodeFloat(bits + 1, dtype)
      const tie = encodeFloat((corner + next) / 2, 'F32')
      return [tie - 1, tie, tie + 1].map((word) => decodeFloat(word, 'F32'))
    }),
  ).filter((x) => Number.isFinite(x))
}

const COEFFICIENTS = [
  [0.5, 0.5],
  [1, -1],
  [0.75, 0.25],
  [1, 0],
  [-1, 0],
  [0.5, 0],
  [1.5, 2 ** -20],
  [1 / 3, 2 / 3],
  [2 ** -30, 0],
  [3, 2 ** 39],
] as const

describe.each(['wasm', 'webgpu'] as const)('%s', (kind) => {
  it.each(SIXTEEN)('rounds F32 inputs to %s as the reference does, at every tie', async (round) => {
    const engine = engines[kind]
    if (!engine) throw new Error('no engine')
    const all = tieCorners()
    for (const limit of [2 ** -50, 1000, Number.POSITIVE_INFINITY]) {
      const values = all.filter((x) => Math.abs(x) < limit)
      const words = Float32Array.from(values)
      const tile = { elementCount: words.length, inputs: [new Uint8Array(words.buffer)] }
      const inputs = [{ dtype: 'F32', round }] as const
      const program = { inputs, stages: [{ terms: [{ operand: 0, coefficient: 1 }], round }] } as const
      expect(firstDifference(await blendOf(engine, tile, program), await blendOf(reference, tile, program))).toBeNull()
      const request = { inputs, origin: null }
      expect(gramDifference(await gramOf(engine, tile, request), await gramOf(reference, tile, request))).toBeNull()
    }
  })

  it('takes a tile without elements', async () => {
    const engine = engines[kind]
    if (!engine) throw new Error('no engine')
    const tile = { elementCount: 0, inputs: [new Uint8Array(0)] }
    const inputs = [{ dtype: 'F16', round: null }] as const
    const stages = [{ terms: [{ operand: 0, coefficient: 0.5 }], round: 'F16' }] as const
    expect(await blendOf(engine, tile, { inputs, stages })).toHaveLength(0)
    expect([...(await gramOf(engine, tile, { inputs, origin: null })).gram]).toEqual([0])
  })

  const pairs = [
    ['BF16', 'BF16'],
    ['F16', 'F16'],
    ['F16', 'BF16'],
  ] as const
  it.each(pairs)('blends every pair of corner values as the reference does: %s and %s', async (...dtypes) => {
    const engine = engines[kind]
    if (!engine) throw new Error('no engine')
    const tame = [...new Set(dtypes.flatMap(tameCorners))]
    const values = dtypes.includes('F16') ? tame.filter((x) => Math.abs(x) < 65520) : tame
    // A large value sends its whole block to the reference: the first tile is all the kernel's.
    const tiles = [values.filter((x) => Math.abs(x) < 1000), values, [...values.slice(0, 12), ...WILD]].map((corners) =>
      everyPair(corners, dtypes),
    )
    const rounds: InputFormat['round'][] = [null, 'F16', 'BF16']
    for (const tile of tiles)
      for (const inputRound of rounds)
        for (const round of ['BF16', 'F16', 'F32'] as const)
          for (const [a, b] of COEFFICIENTS) {
            const inputs = dtypes.map((dtype) => ({ dtype, round: inputRound }))
            const terms = [
              { operand: 0, coefficient: a },
              { operand: 1, coefficient: b },
            ].filter((t) => t.coefficient !== 0)
            const program = { inputs, stages: [{ terms, round }] }
            const difference = firstDifference(
              await blendOf(engine, tile, program),
              await blendOf(reference, tile, program),
            )
            if (difference) expect.fail(`${inputRound} -> ${round}, ${a} ${b}: byte ${difference}`)
          }
  })
})
