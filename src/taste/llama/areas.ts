import type { Layout } from '../../engine/wasm/layout.ts'
import type { LlamaConfig } from './llama-config.ts'

/** Tokens that go through the layers together. */
export const BATCH = 64

/** Rows of logits at once: those of a large vocabulary are the longest rows of all. */
const LOGIT_ROWS = 16

/** Addresses of everything but the weights; F32 throughout, rows of BATCH tokens where nothing else is said. */
export interface Areas {
  /** The residual stream, and what is added to it. */
  readonly x: number
  readonly y: number
  readonly queries: number
  /** Values of the batch at hand. */
  readonly fresh: number
  /** Of one head: BATCH x context. */
  readonly scores: number
  /** What attention gives, all heads side by side. */
  readonly mixed: number
  readonly gate: number
  readonly up: number
  /** `logitRows` rows, each a multiple of 4 long. */
  readonly logits: number
  readonly logitRows: number
  /** Four rows of the widest matrix. */
  readonly scratch: number
  /** Context rows of half a head. */
  readonly cos: number
  readonly sin: number
  /** By layer: context rows of keys; and a row of context places for each number of a value. */
  readonly keys: readonly number[]
  readonly values: readonly number[]
}

/** Lays out the areas of a model in the kernels' memory. */
export function placeAreas(config: LlamaConfig, layout: Layout, context: number): Areas {
  const { hidden, intermediate, heads, keyValueHeads, headSize, vocabulary, layers } = config
  const floats = (count: number): number => layout.area(4 * count)
  const perLayer = (): number[] => Array.from({ length: layers }, () => floats(context * keyValueHeads * headSize))
  const all = heads * headSize
  return {
    x: floats(BATCH * hidden),
    y: floats(BATCH * hidden),
    queries: floats(BATCH * all),
    fresh: floats(BATCH * keyValueHeads * headSize),
    scores: floats(BATCH * context),
    mixed: floats(BATCH * all),
    gate: floats(BATCH * intermediate),
    up: floats(BATCH * intermediate),
    logits: floats(LOGIT_ROWS * roundUp(vocabulary, 4)),
    logitRows: LOGIT_ROWS,
    scratch: floats(4 * Math.max(hidden, intermediate, all)),
    cos: floats((context * headSize) / 2),
    sin: floats((context * headSize) / 2),
    keys: perLayer(),
    values: perLayer(),
  }
}

export function roundUp(count: number, grain: number): number {
  return Math.ceil(count / grain) * grain
}
