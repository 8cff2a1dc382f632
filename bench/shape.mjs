// The checkpoints the benchmark merges: LLaMA's tensors, sized to a number of gigabytes.

/**
 * @typedef {{ hidden: number, intermediate: number, keyValue: number, layers: number, vocabulary: number }} Shape
 * @typedef {{ name: string, shape: number[], elementCount: number }} Tensor
 */

const VOCABULARY = 32000
const LAYERS = 9
const HEAD = 64

/** The one shape whose size the published figures are for: 1.055 GB in bf16. */
const FULL = shapeOf(2048, LAYERS)

/**
 * @param {number} hidden
 * @param {number} layers
 * @returns {Shape} hidden to intermediate and to key/value width as in TinyLlama
 */
function shapeOf(hidden, layers) {
  return { hidden, intermediate: (hidden * 11) / 4, keyValue: hidden / 8, layers, vocabulary: VOCABULARY }
}

/**
 * @param {number} gigabytes size of a checkpoint in bf16
 * @returns {Shape} the nearest shape: narrower than the full one below 1.055 GB, deeper above it
 */
export function shapeFor(gigabytes) {
  const wanted = gigabytes * 1e9
  if (wanted >= byteLengthOf(FULL)) {
    const layer = byteLengthOf(shapeOf(2048, 1)) - byteLengthOf(shapeOf(2048, 0))
    return shapeOf(2048, LAYERS + Math.round((wanted - byteLengthOf(FULL)) / layer))
  }
  let best = shapeOf(8 * HEAD, LAYERS)
  for (let hidden = 8 * HEAD; hidden < 2048; hidden += 8 * HEAD) {
    const shape = shapeOf(hidden, LAYERS)
    if (Math.abs(byteLengthOf(shape) - wanted) < Math.abs(byteLengthOf(best) - wanted)) best = shape
  }
  return Math.abs(byteLengthOf(FULL) - wanted) < Math.abs(byteLengthOf(best) - wanted) ? FULL : best
}

/**
 * @param {Shape} shape
 * @returns {Tensor[]} in the order in which they lie in the file
 */
export function tensorsOf({ hidden, intermediate, keyValue, layers, vocabulary }) {
  /** @type {[string, number[]][]} */
  const list = [
    ['lm_head.weight', [vocabulary, hidden]],
    ['model.embed_tokens.weight', [vocabulary, hidden]],
  ]
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}`
    list.push(
      [`${at}.input_layernorm.weight`, [hidden]],
      [`${at}.mlp.down_proj.weight`, [hidden, intermediate]],
      [`${at}.mlp.gate_proj.weight`, [intermediate, hidden]],
      [`${at}.mlp.up_proj.weight`, [intermediate, hidden]],
      [`${at}.post_attention_layernorm.weight`, [hidden]],
      [`${at}.self_attn.k_proj.weight`, [keyValue, hidden]],
      [`${at}.self_attn.o_proj.weight`, [hidden, hidden]],
      [`${at}.self_attn.q_proj.weight`, [hidden, hidden]],
      [`${at}.self_attn.v_proj.weight`, [keyValue, hidden]],
    )
  }
  list.push(['model.norm.weight', [hidden]])
  return list.map(([name, shape]) => ({ name, shape, elementCount: shape.reduce((a, b) => a * b, 1) }))
}

/**
 * @param {Shape} shape
 * @returns {number} bytes of all tensors in bf16
 */
export function byteLengthOf(shape) {
  return tensorsOf(shape).reduce((bytes, tensor) => bytes + 2 * tensor.elementCount, 0)
}

/**
 * @param {Shape} shape
 * @returns {object} config.json
 */
export function configOf({ hidden, intermediate, keyValue, layers, vocabulary }) {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    hidden_size: hidden,
    intermediate_size: intermediate,
    num_attention_heads: hidden / HEAD,
    num_key_value_heads: keyValue / HEAD,
    num_hidden_layers: layers,
    vocab_size: vocabulary,
    max_position_embeddings: 2048,
    rms_norm_eps: 1e-5,
    bos_token_id: 1,
    eos_token_id: 2,
    tie_word_embeddings: false,
    torch_dtype: 'bfloat16',
  }
}
