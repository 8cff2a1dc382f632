import type { FloatDType } from '../tensor/dtype.ts'
import { encodeFloat } from '../tensor/rounding.ts'
import { randomStream } from './elementwise/philox.ts'
import { type MixRule, NO_HIGH } from './elementwise/program.ts'
import { type BlendProgram, type Engine, GRAM_BLOCK, type InputFormat, type LoadedTile, type Tile } from './engine.ts'

/** Elements of the test tile: three whole blocks and a ragged end. */
const ELEMENTS = 3 * GRAM_BLOCK + 4099

/** Kernels that a merge needs: gram and blend, for stages that are linear combinations of whole tensors, or those of the other methods too. */
export type KernelSet = 'combining' | 'all'

const KERNELS = {
  combining: ['gram', 'blend'],
  all: ['gram', 'blend', 'count', 'sum', 'map', 'products', 'rank'],
} as const satisfies Record<KernelSet, readonly string[]>

/** By kernel: what it gives, as bytes. */
type Answers = { readonly [Kernel in (typeof KERNELS)['all'][number]]?: Uint8Array }

/**
 * Runs a long gram and two programs of stages on both engines, over values with many ties, subnormal results, sums that depend on
 * their order, and a few infinities and NaNs, and compares bit by bit; with `all` the kernels of the element-wise methods over the same.
 * @returns null where the engines agree, else which kernel does not: "gram of F16" or "blend to BF16"
 */
export async function knownAnswerTest(
  engine: Engine,
  wasm: Engine,
  kernels: KernelSet = 'all',
): Promise<string | null> {
  for (const dtype of ['BF16', 'F16'] as const) {
    const tile = testTile(dtype)
    const answers = await Promise.all([engine, wasm].map((one) => answersOf(one, tile, dtype, kernels)))
    const [found, expected] = answers
    for (const kernel of KERNELS[kernels]) {
      const way = kernel === 'blend' || kernel === 'map' ? 'to' : 'of'
      if (!sameBytes(found?.[kernel], expected?.[kernel])) return `${kernel} ${way} ${dtype}`
    }
  }
  return null
}

async function answersOf(engine: Engine, tile: Tile, dtype: FloatDType, kernels: KernelSet): Promise<Answers> {
  const inputs = tile.inputs.map(() => ({ dtype, round: null }))
  const loaded = engine.load(
    tile,
    inputs.map((input) => input.dtype),
  )
  try {
    const { gram, sums } = await engine.gram(loaded, { inputs, origin: null })
    const combining = {
      gram: bytesOf(Float64Array.of(...gram, ...sums)),
      blend: await engine.blend(loaded, testProgram(dtype)),
    }
    if (kernels === 'combining') return combining
    const overElements = await elementAnswers(engine, loaded, inputs, dtype)
    return { ...combining, ...overElements, ...(await rowAnswers(engine, tile, dtype)) }
  } finally {
    engine.unload(loaded)
  }
}

/** The kernels over single elements. */
async function elementAnswers(
  engine: Engine,
  loaded: LoadedTile,
  inputs: readonly InputFormat[],
  dtype: FloatDType,
): Promise<Record<'count' | 'sum' | 'map', Uint8Array>> {
  const elements = { inputs, first: 2 * GRAM_BLOCK }
  const rule = testRule()
  const weighed = await engine.sum(loaded, { ...elements, key: rule.key, keeps: rule.keeps, squares: true })
  return {
    count: bytesOf(await engine.count(loaded, { ...elements, key: { of: 'variance' }, what: 'prefixes' })),
    sum: bytesOf(Float64Array.of(...weighed.all, ...weighed.kept)),
    map: await engine.map(loaded, { ...elements, rule, round: dtype }),
  }
}

/** The kernels over rows, which are of one kind each: of the whole blocks. */
async function rowAnswers(
  engine: Engine,
  tile: Tile,
  dtype: FloatDType,
): Promise<Record<'products' | 'rank', Uint8Array>> {
  const inputs = tile.inputs.map(() => ({ dtype, round: null }))
  const elementCount = 3 * GRAM_BLOCK
  const whole = { elementCount, inputs: tile.inputs.map((bytes) => bytes.subarray(0, 2 * elementCount)) }
  const loaded = engine.load(
    whole,
    inputs.map((input) => input.dtype),
  )
  try {
    const rows = { inputs, first: 0, rowLength: 1024 }
    const random = randomStream('known answers', 2)
    return {
      products: bytesOf(await engine.products(loaded, { ...rows, based: true })),
      rank: await engine.rank(loaded, { ...rows, difference: 1, density: 0.5, epsilon: 0.4, random }),
    }
  } finally {
    engine.unload(loaded)
  }
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

/** TIES of two differences: of one the larger elements stay, of the other a random half. */
function testRule(): MixRule {
  return {
    kind: 'mix',
    key: { of: 'differences' },
    keeps: [
      { low: { bits: 0x3c000000, from: 0, to: 3 * GRAM_BLOCK }, high: NO_HIGH },
      { limit: 2 ** 31, random: randomStream('known answers', 1), place: 1 },
    ],
    scales: [0.3711, 0.6402],
    vote: 'scaled',
    factor: { by: 'weights', weights: [0.3711, 0.6402], value: 0.9 },
  }
}

function bytesOf(values: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i])
}
