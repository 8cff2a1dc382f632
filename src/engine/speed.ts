import { type BlendProgram, type Engine, GRAM_BLOCK, type InputFormat } from './engine.ts'

/** Elements of each of the two inputs: 4 MiB. */
const ELEMENTS = 128 * GRAM_BLOCK
/** The best of so many runs; the first one compiles and makes room. */
const RUNS = 3

/** A processor that computes has less time for files, which are what a merge waits for: a GPU may be this much slower. */
const GPU_MAY_BE_SLOWER = 1.5

/** @returns bytes of inputs per second that go through gram and blend, transfers included: two BF16 inputs, as a SLERP has them */
export async function engineRate(engine: Engine): Promise<number> {
  const input = new Uint8Array(new Uint16Array(ELEMENTS).fill(0x3c12).buffer)
  const format: InputFormat = { dtype: 'BF16', round: null }
  const inputs = [format, format]
  const terms = [0.4, 0.7].map((coefficient, operand) => ({ operand, coefficient }))
  const program: BlendProgram = { inputs, stages: [{ terms, round: 'BF16' }] }
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < RUNS; run++) {
    const began = performance.now()
    const loaded = engine.load({ elementCount: ELEMENTS, inputs: [input, input] }, ['BF16', 'BF16'])
    try {
      await engine.gram(loaded, { inputs, origin: null })
      await engine.blend(loaded, program)
    } finally {
      engine.unload(loaded)
    }
    best = Math.min(best, performance.now() - began)
  }
  return (2000 * input.length) / Math.max(best, 0.001)
}

/** Whether a GPU that works is also the faster way. @param gpu and @param wasm from `engineRate` */
export function prefersGpu(gpu: number, wasm: number): boolean {
  return gpu * GPU_MAY_BE_SLOWER >= wasm
}

/** A rate in words: `2.1 GB/s`. */
export function rateInWords(bytesPerSecond: number): string {
  return `${(bytesPerSecond / 1e9).toPrecision(2)} GB/s`
}
