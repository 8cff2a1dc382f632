import type { FloatDType } from '../tensor/dtype.ts'
import { encodeFloat } from '../tensor/rounding.ts'
import { type BlendProgram, type Engine, GRAM_BLOCK, type GramRequest, type Tile } from './engine.ts'

/** Elements of the test tile: three whole blocks and a ragged end. */
const ELEMENTS = 3 * GRAM_BLOCK + 4099

/**
 * Runs a long gram and two programs of stages on both engines, over values with many ties, subnormal results, sums that depend on
 * their order, and a few infinities and NaNs, and compares bit by bit.
 * @returns null where the engines agree, else which kernel does not: "gram" or "blend to BF16"
 */
export async function knownAnswerTest(engine: Engine, wasm: Engine): Promise<string | null> {
  for (const dtype of ['BF16', 'F16'] as const) {
    const tile = testTile(dtype)
    const inputs = tile.inputs.map(() => ({ dtype, round: null }))
    const dtypes = inputs.map((input) => input.dtype)
    const answers = await Promise.all(
      [engine, wasm].map(async (one) => {
        const loaded = one.load(tile, dtypes)
        try {
          const request: GramRequest = { inputs, origin: null }
          const { gram, sums } = await one.gram(loaded, request)
          return [new Uint8Array(Float64Array.of(...gram, ...sums).buffer), await one.blend(loaded, testProgram(dtype))]
        } finally {
          one.unload(loaded)
        }
      }),
    )
    const [found, expected] = answers
    if (!sameBytes(found?.[0], expected?.[0])) return `gram of ${dtype}`
    if (!sameBytes(found?.[1], expected?.[1])) return `blend to ${dtype}`
  }
  return null
}

function testTile(dtype: FloatDType): Tile {
  const inputs = [1, 2, 3].map((seed) => {
    const words = new Uint16Array(ELEMENTS)
    let state = seed
    for (let e = 0; e < ELEMENTS; e++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      words[e] = encodeFloat(testValue(state, e, dtype), dtype)
    }
    return new Uint8Array(words.buffer)
  })
  return { elementCount: ELEMENTS, inputs }
}

const RARE = [Number.NaN, Number.POSITIVE_INFINITY, 65504]

/** Stretches of 1024 elements of one kind; the wild ones only in the last block, so that the others stay with the kernel. */
function testValue(random: number, e: number, dtype: FloatDType): number {
  const spread = (random >>> 8) / 2 ** 23 - 1
  const smallest = dtype === 'F16' ? 2 ** -24 : 2 ** -133
  switch ((e >> 10) % 5) {
    case 0:
      return spread * 2 ** ((random & 31) - 24)
    case 1:
      return Math.round(spread * 128) / 128
    case 2:
      return Math.round(spread * 1024) * smallest
    case 3:
      return e < 3 * GRAM_BLOCK || random & 0xf000 ? spread : (RARE[e % RARE.length] ?? 0) * spread
    default:
      return spread * 0.02
  }
}

function testProgram(dtype: FloatDType): BlendProgram {
  const term = (operand: number, coefficient: number) => ({ operand, coefficient })
  return {
    inputs: [0, 1, 2].map(() => ({ dtype, round: null })),
    stages: [
      { terms: [term(0, 0.5), term(1, 0.5)], round: dtype },
      { terms: [term(1, 0.7310585786300049), term(2, 0.3294817240129)], round: dtype },
      { terms: [term(3, -1.0471975511965976), term(4, 2 ** -9), term(0, 1)], round: dtype },
    ],
  }
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i])
}
