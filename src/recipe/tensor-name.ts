import type { Place } from './dialect.ts'
import { keepingLast } from './keeping-last.ts'

/** A tensor's name taken apart: `model.layers.12.mlp.up_proj.weight` is layer 12 of `model.layers.`, part `mlp.up_proj.weight`. */
export interface LayerName {
  readonly prefix: string
  readonly layer: number
  readonly part: string
}

/**
 * The first number that stands alone in a name counts the layers: `model.layers.12.`, `transformer.h.3.`, or a word that nobody has heard of.
 * At most five digits: a made-up layer number must not make the plan a billion layers long.
 */
const LAYER = /^(.*?(?:^|\.))(\d{1,5})\.(.+)$/
const HEAD = /(^|\.)(lm_head|embed_out)\.(weight|bias)$|^output\.weight$/
const FINAL_NORM = /(^|\.)(norm|ln_f|final_norm|final_layer_norm|final_layernorm|norm_f)\.(weight|bias)$/
/** Words for the parts of a multimodal checkpoint that see and hear, and for what joins them to the text model. */
const TOWER = /(^|\.)(vision|visual|image|img|audio|speech|vit|mm|multi_modal|multimodal)(_\w+)?\./

export const parseLayerName = keepingLast((name: string): LayerName | null => {
  const match = LAYER.exec(name)
  if (match === null) return null
  return { prefix: match[1] ?? '', layer: Number(match[2]), part: match[3] ?? '' }
})

export function isHead(name: string): boolean {
  return HEAD.test(name) && !isTower(name)
}

export function isFinalNorm(name: string): boolean {
  return FINAL_NORM.test(name) && !isTower(name)
}

/** True for names, and beginnings of names, in a vision or audio tower. */
export function isTower(name: string): boolean {
  return TOWER.test(name)
}

/** Place of a tensor that belongs to no layer: what is neither final norm nor head comes before the layers, as the embedding does. */
export function outerPlace(name: string): Place {
  if (isHead(name)) return { kind: 'head' }
  return { kind: isFinalNorm(name) ? 'norm' : 'embedding' }
}

/** Parts of a layer in the order in which PyTorch lists those of a Llama, which is the order BlockMerge counts in. */
const PARTS = [
  ...['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj', 'self_attn.o_proj', 'self_attn'],
  ...['mlp.gate_proj', 'mlp.up_proj', 'mlp.down_proj', 'mlp', 'input_layernorm', 'post_attention_layernorm'],
]

/** Tensor names in the order of the model's own list: embedding, layers, final norm, head; the parts of a layer as in a Llama. */
export function inListOrder(names: Iterable<string>): readonly string[] {
  if (!Array.isArray(names)) return sorted(names)
  const known = orders.get(names)
  if (known !== undefined) return known
  const order = sorted(names)
  orders.set(names, order)
  return order
}

/** Lists that were asked for before: in each frame of a drag it is the same one. */
const orders = new WeakMap<readonly string[], readonly string[]>()

function sorted(names: Iterable<string>): readonly string[] {
  const keyed = [...names].map((name) => ({ name, key: orderKey(name) }))
  const order = keyed.toSorted((a, b) => {
    const differs = a.key.findIndex((value, i) => value !== b.key[i])
    return differs < 0 ? (a.name < b.name ? -1 : 1) : (a.key[differs] ?? 0) - (b.key[differs] ?? 0)
  })
  return order.map(({ name }) => name)
}

function orderKey(name: string): readonly number[] {
  const parsed = parseLayerName(name)
  if (parsed === null) return [{ embedding: 0, layer: 1, norm: 2, head: 3 }[outerPlace(name).kind], 0, 0, 0]
  const part = PARTS.findIndex((known) => parsed.part.startsWith(`${known}.`))
  return [1, parsed.layer, part < 0 ? PARTS.length : part, parsed.part.endsWith('.bias') ? 1 : 0]
}
