import { decodeElements } from '../../engine/elements.ts'
import type { Layout } from '../../engine/wasm/layout.ts'
import { StudioError } from '../../problem.ts'
import { type DType, isFloatDType } from '../../tensor/dtype.ts'
import type { LlamaConfig } from './llama-config.ts'

/** How the kernels read a matrix. */
export type MatrixDType = 'F32' | 'BF16'

/** A weight in the kernels' memory. */
export interface PlacedWeight {
  readonly address: number
  readonly dtype: MatrixDType
}

interface ExpectedWeight {
  readonly shape: readonly number[]
  /** A checkpoint may lack it. */
  readonly optional: boolean
}

/** The matrix kernel reads rows of weights by fours. */
const ROWS = 4

/** The tensors of a LLaMA-like checkpoint by name, with their shapes as PyTorch stores them (outputs x inputs). */
export function expectedWeights(config: LlamaConfig): Map<string, ExpectedWeight> {
  const { hidden, intermediate, heads, keyValueHeads, headSize, vocabulary } = config
  const expected = new Map<string, ExpectedWeight>()
  const add = (name: string, shape: readonly number[], optional = false) => expected.set(name, { shape, optional })
  add('model.embed_tokens.weight', [vocabulary, hidden])
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `model.layers.${layer}`
    add(`${at}.input_layernorm.weight`, [hidden])
    for (const [name, rows] of [
      ['q_proj', heads * headSize],
      ['k_proj', keyValueHeads * headSize],
      ['v_proj', keyValueHeads * headSize],
    ] as const) {
      add(`${at}.self_attn.${name}.weight`, [rows, hidden])
      add(`${at}.self_attn.${name}.bias`, [rows], true)
    }
    add(`${at}.self_attn.q_norm.weight`, [headSize], true)
    add(`${at}.self_attn.k_norm.weight`, [headSize], true)
    add(`${at}.self_attn.o_proj.weight`, [hidden, heads * headSize])
    add(`${at}.self_attn.o_proj.bias`, [hidden], true)
    add(`${at}.post_attention_layernorm.weight`, [hidden])
    add(`${at}.mlp.gate_proj.weight`, [intermediate, hidden])
    add(`${at}.mlp.up_proj.weight`, [intermediate, hidden])
    add(`${at}.mlp.down_proj.weight`, [hidden, intermediate])
  }
  add('model.norm.weight', [hidden])
  // Where it is tied to the embedding, a head that lies in the checkpoint all the same is not used.
  if (!config.tied) add('lm_head.weight', [vocabulary, hidden])
  return expected
}

/** A model's weights in the kernels' memory. Matrices stay in BF16 where they are stored so; everything else becomes F32. */
export class LlamaWeights {
  readonly #layout: Layout
  readonly #expected: ReadonlyMap<string, ExpectedWeight>
  readonly #placed = new Map<string, PlacedWeight>()

  constructor(layout: Layout, config: LlamaConfig) {
    this.#layout = layout
    this.#expected = expectedWeights(config)
  }

  /** Names of the tensors that `set` takes. */
  names(): string[] {
    return [...this.#expected.keys()]
  }

  /**
   * Takes a tensor's bytes; given again, with other bytes, it replaces them.
   * @throws StudioError where the tensor has another shape, or no floats of 16 bits and more
   */
  set(name: string, bytes: Uint8Array, dtype: DType, shape: readonly number[]): void {
    const expected = this.#expected.get(name)
    if (expected === undefined) return
    if (shape.join() !== expected.shape.join() || !isFloatDType(dtype)) {
      throw new StudioError(
        `Tensor ${name} is ${dtype} of ${shape.join(' x ')}, and the forward pass expects floats of ${expected.shape.join(' x ')}; this model cannot be tasted.`,
      )
    }
    const isMatrix = shape.length === 2
    const stays = isMatrix && dtype === 'BF16'
    const kind: MatrixDType = stays ? 'BF16' : 'F32'
    const [rows = 1, columns = rows] = shape
    const count = isMatrix ? Math.ceil(rows / ROWS) * ROWS * columns : rows
    let placed = this.#placed.get(name)
    if (placed?.dtype !== kind) placed = { address: this.#layout.area(count * (stays ? 2 : 4)), dtype: kind }
    this.#placed.set(name, placed)
    if (stays) this.#layout.bytes(placed.address, bytes.length).set(bytes)
    else {
      const elements = isMatrix ? rows * columns : rows
      this.#layout.floats(placed.address, elements).set(decodeElements(bytes, { dtype, round: null }, 0, elements))
    }
  }

  /** @throws StudioError naming the tensor, where it is needed and was not set */
  need(name: string): PlacedWeight {
    const placed = this.#placed.get(name)
    if (placed === undefined)
      throw new StudioError(`The model has no tensor ${name}, and its forward pass needs it; it cannot be tasted.`)
    return placed
  }

  /** Address of a tensor that a checkpoint may lack; 0 where it does. */
  optional(name: string): number {
    return this.#placed.get(name)?.address ?? 0
  }

  /** The head: the embedding itself, where the two are tied. */
  head(): PlacedWeight {
    return this.#placed.get('lm_head.weight') ?? this.need('model.embed_tokens.weight')
  }
}
