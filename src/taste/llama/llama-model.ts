import { decodeElements } from '../../engine/elements.ts'
import { Layout } from '../../engine/wasm/layout.ts'
import { loadTasteKernels, type TasteKernels } from '../kernels.ts'
import { type Areas, BATCH, placeAreas, roundUp } from './areas.ts'
import type { LlamaConfig } from './llama-config.ts'
import { ropeTables } from './rope.ts'
import { LlamaWeights, type PlacedWeight } from './weights.ts'

/** Tokens that a text may have, prompt and answer together; less where the model was made for less. */
export const CONTEXT = 512

const CODES = { F32: 0, BF16: 1 }

/**
 * The forward pass of a LLaMA-like decoder (Touvron et al. 2023: pre-norm, RMSNorm, rotary positions, grouped queries, SwiGLU) in
 * WebAssembly SIMD, F32 arithmetic over weights as they are stored. Keys and values of earlier tokens are kept, so that a text can be
 * continued token by token.
 */
export class LlamaModel {
  readonly weights: LlamaWeights
  /** Most tokens that fit between two `restart`s. */
  readonly context: number
  readonly #config: LlamaConfig
  readonly #kernels: TasteKernels
  readonly #layout: Layout
  readonly #areas: Areas
  #position = 0

  /** Makes a model without weights, which come through `weights.set`. @throws StudioError when the browser has no WebAssembly SIMD */
  static async create(config: LlamaConfig): Promise<LlamaModel> {
    const memory = new WebAssembly.Memory({ initial: 2 })
    return new LlamaModel(config, await loadTasteKernels(memory), new Layout(memory))
  }

  private constructor(config: LlamaConfig, kernels: TasteKernels, layout: Layout) {
    this.#config = config
    this.#kernels = kernels
    this.#layout = layout
    this.context = Math.min(CONTEXT, Math.floor(config.context / 8) * 8)
    this.#areas = placeAreas(config, layout, this.context)
    this.weights = new LlamaWeights(layout, config)
    const { cos, sin } = ropeTables(config, this.context)
    layout.floats(this.#areas.cos, cos.length).set(cos)
    layout.floats(this.#areas.sin, sin.length).set(sin)
  }

  /** Tokens since the last restart. */
  get position(): number {
    return this.#position
  }

  /** Begins a new text. */
  restart(): void {
    this.#position = 0
  }

  /**
   * Puts tokens through the model, after those that came before.
   * @returns the logits of what follows the last one: a view that the next call overwrites
   * @throws RangeError where the context is full or a token is none of the vocabulary
   */
  next(tokens: readonly number[]): Float32Array {
    let rows = 0
    for (let from = 0; from < tokens.length; from += BATCH) rows = this.#layers(tokens.slice(from, from + BATCH))
    if (rows === 0) throw new RangeError('there is nothing to go on from')
    this.#head(rows - 1, 1)
    return this.#layout.floats(this.#areas.logits, this.#config.vocabulary)
  }

  /**
   * Surprise at each token but the first: its negative log probability in nats, after those before it. Restarts.
   * @returns tokens.length - 1 numbers
   */
  surprise(tokens: readonly number[]): Float64Array {
    const { vocabulary } = this.#config
    const surprise = new Float64Array(Math.max(0, tokens.length - 1))
    this.restart()
    for (let from = 0; from < surprise.length; from += BATCH) {
      const rows = this.#layers(tokens.slice(from, Math.min(from + BATCH, surprise.length)))
      for (let first = 0; first < rows; first += this.#areas.logitRows) {
        const count = Math.min(this.#areas.logitRows, rows - first)
        this.#head(first, count)
        for (let row = 0; row < count; row++) {
          const address = this.#areas.logits + 4 * row * roundUp(vocabulary, 4)
          const token = tokens[from + first + row + 1] ?? 0
          const logit = this.#layout.floats(address, vocabulary)[token] ?? Number.NaN
          surprise[from + first + row] = this.#kernels.logSumExp(address, vocabulary) - logit
        }
      }
    }
    this.restart()
    return surprise
  }

  /** Runs all layers over at most BATCH tokens, which leaves their vectors in the area x. @returns how many they are */
  #layers(tokens: readonly number[]): number {
    const { layers, vocabulary } = this.#config
    const rows = tokens.length
    if (this.#position + rows > this.context) {
      throw new RangeError(`${this.#position + rows} tokens do not fit a context of ${this.context}`)
    }
    for (const [row, token] of tokens.entries()) {
      if (!(token >= 0 && token < vocabulary)) throw new RangeError(`token ${token} is not one of ${vocabulary}`)
      this.#embed(token, row)
    }
    for (let layer = 0; layer < layers; layer++) {
      this.#attend(layer, rows)
      this.#think(layer, rows)
    }
    this.#position += rows
    return rows
  }

  #embed(token: number, row: number): void {
    const { hidden } = this.#config
    const { address, dtype } = this.weights.need('model.embed_tokens.weight')
    const width = CODES[dtype] === 0 ? 4 : 2
    const bytes = this.#layout.bytes(address + token * hidden * width, hidden * width)
    const values = decodeElements(bytes, { dtype, round: null }, 0, hidden)
    this.#layout.floats(this.#areas.x + 4 * row * hidden, hidden).set(values)
  }

  /** x += attention(norm(x)) */
  #attend(layer: number, rows: number): void {
    const { heads, keyValueHeads, headSize, hidden, normEpsilon } = this.#config
    const { weights } = this
    const k = this.#kernels
    const { x, y, queries, fresh, scores, mixed, cos, sin } = this.#areas
    const at = `model.layers.${layer}`
    const width = keyValueHeads * headSize
    const first = this.#position
    const keys = (this.#areas.keys[layer] ?? 0) + 4 * first * width
    k.rmsNorm(x, weights.need(`${at}.input_layernorm.weight`).address, y, rows, hidden, normEpsilon)
    this.#project(y, hidden, `${at}.self_attn.q_proj`, queries, heads * headSize, rows)
    this.#project(y, hidden, `${at}.self_attn.k_proj`, keys, width, rows)
    this.#project(y, hidden, `${at}.self_attn.v_proj`, fresh, width, rows)
    const [queryNorm, keyNorm] = ['q_norm', 'k_norm'].map((name) => weights.optional(`${at}.self_attn.${name}.weight`))
    if (queryNorm) k.rmsNorm(queries, queryNorm, queries, rows * heads, headSize, normEpsilon)
    if (keyNorm) k.rmsNorm(keys, keyNorm, keys, rows * keyValueHeads, headSize, normEpsilon)
    const angles = 4 * first * (headSize / 2)
    k.rope(queries, heads, headSize / 2, rows, cos + angles, sin + angles)
    k.rope(keys, keyValueHeads, headSize / 2, rows, cos + angles, sin + angles)
    this.#keepValues(layer, rows)

    const seen = roundUp(first + rows, 8)
    for (let head = 0; head < heads; head++) {
      const shared = Math.floor(head / (heads / keyValueHeads))
      const query = queries + 4 * head * headSize
      const key = (this.#areas.keys[layer] ?? 0) + 4 * shared * headSize
      const value = (this.#areas.values[layer] ?? 0) + 4 * shared * headSize * this.context
      const out = mixed + 4 * head * headSize
      const all = heads * headSize
      k.matmul(query, all, key, CODES.F32, width, scores, this.context, rows, seen, headSize, 0)
      k.softmax(scores, this.context, rows, first + 1, seen, 1 / Math.sqrt(headSize))
      k.matmul(scores, this.context, value, CODES.F32, this.context, out, all, rows, headSize, seen, 0)
    }
    this.#project(mixed, heads * headSize, `${at}.self_attn.o_proj`, y, hidden, rows)
    k.addTo(x, y, rows, hidden, hidden)
  }

  /** Values are kept turned, a row for each number of a head, so that they can be the rows of a matrix. */
  #keepValues(layer: number, rows: number): void {
    const width = this.#config.keyValueHeads * this.#config.headSize
    const fresh = this.#layout.floats(this.#areas.fresh, rows * width)
    const kept = this.#layout.floats(this.#areas.values[layer] ?? 0, width * this.context)
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < width; c++) kept[c * this.context + this.#position + row] = fresh[row * width + c] ?? 0
    }
  }

  /** x += mlp(norm(x)) */
  #think(layer: number, rows: number): void {
    const { hidden, intermediate, normEpsilon } = this.#config
    const k = this.#kernels
    const { x, y, gate, up } = this.#areas
    const at = `model.layers.${layer}`
    k.rmsNorm(x, this.weights.need(`${at}.post_attention_layernorm.weight`).address, y, rows, hidden, normEpsilon)
    this.#project(y, hidden, `${at}.mlp.gate_proj`, gate, intermediate, rows)
    this.#project(y, hidden, `${at}.mlp.up_proj`, up, intermediate, rows)
    k.siluTimes(gate, up, rows * intermediate)
    this.#project(gate, intermediate, `${at}.mlp.down_proj`, y, hidden, rows)
    k.addTo(x, y, rows, hidden, hidden)
  }

  /** Logits of some rows of x, from the first place of the area on. */
  #head(first: number, rows: number): void {
    const { hidden, vocabulary, normEpsilon } = this.#config
    const { x, y, logits } = this.#areas
    const norm = this.weights.need('model.norm.weight').address
    this.#kernels.rmsNorm(x + 4 * first * hidden, norm, y, rows, hidden, normEpsilon)
    this.#multiply(y, hidden, this.weights.head(), logits, roundUp(vocabulary, 4), rows)
  }

  /** out = in W^T + b */
  #project(from: number, inputs: number, name: string, out: number, outputs: number, rows: number): void {
    this.#multiply(from, inputs, this.weights.need(`${name}.weight`), out, outputs, rows)
    const bias = this.weights.optional(`${name}.bias`)
    if (bias) this.#kernels.addTo(out, bias, rows, outputs, 0)
  }

  #multiply(from: number, inputs: number, w: PlacedWeight, out: number, outputs: number, rows: number): void {
    const { scratch } = this.#areas
    this.#kernels.matmul(from, inputs, w.address, CODES[w.dtype], inputs, out, outputs, rows, outputs, inputs, scratch)
  }
}
