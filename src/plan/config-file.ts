import { type JsonObject, type JsonValue, jsonArray, jsonObject, toJsonNumber, writeJson } from '../formats/json.ts'
import { QUANTISATION_KEYS } from '../formats/quantised.ts'
import { withoutIdsBeyond } from '../formats/tokenizer-edit.ts'
import type { DType } from '../tensor/dtype.ts'
import { LAYER_KEYS, layersOf, textConfigKey } from './config-facts.ts'

/** What of a config.json follows from the merge itself. */
export interface ConfigFacts {
  readonly layers: number
  /** For each layer of the result: the number of the layer that it descends from, in the model that gives the config. */
  readonly origins: readonly number[]
  /** Rows of the result's embedding; null where it has none. */
  readonly vocabularySize: number | null
  readonly dtype: DType
  /** The result has no lm_head of its own. */
  readonly tied: boolean
}

const TORCH_DTYPES: ReadonlyMap<DType, string> = new Map([
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F32', 'float32'],
  ['F64', 'float64'],
])

/**
 * The base model's config.json with dtype, layers, vocabulary and tied head put right; everything else stays as it is, digit for digit.
 */
export function configFile(base: JsonObject, facts: ConfigFacts): string {
  const config = new Map<string, JsonValue>(withoutIdsBeyond(base, facts.vocabularySize ?? Number.POSITIVE_INFINITY))
  // Quantised weights are refused on opening: where a config speaks of them all the same, it is wrong, and loaders would believe it.
  for (const key of QUANTISATION_KEYS) config.delete(key)
  const dtype = TORCH_DTYPES.get(facts.dtype)
  if (dtype !== undefined) config.set(config.has('dtype') ? 'dtype' : 'torch_dtype', dtype)
  if (config.has('dtype') && config.has('torch_dtype') && dtype !== undefined) config.set('torch_dtype', dtype)
  const inner = textConfigKey(config)
  const text = inner === null ? config : new Map<string, JsonValue>(innerConfig(config.get(inner), facts))
  rearrangeLayerLists(text, layersOf(base), facts.origins)
  text.set(LAYER_KEYS.find((key) => text.has(key)) ?? 'num_hidden_layers', toJsonNumber(facts.layers))
  if (facts.vocabularySize !== null) {
    text.set('vocab_size', toJsonNumber(facts.vocabularySize))
    if (text !== config && config.has('vocab_size')) config.set('vocab_size', toJsonNumber(facts.vocabularySize))
  }
  text.set('tie_word_embeddings', facts.tied)
  if (text !== config && config.has('tie_word_embeddings')) config.set('tie_word_embeddings', facts.tied)
  if (inner !== null) config.set(inner, text)
  return `${writeJson(config)}\n`
}

/** Lists with an entry a layer (`layer_types` and the like) follow the layers of the result. */
function rearrangeLayerLists(config: Map<string, JsonValue>, layers: number | null, origins: readonly number[]): void {
  for (const [key, value] of config) {
    const list = jsonArray(value)
    if (list === null || list.length !== layers) continue
    config.set(
      key,
      origins.map((origin) => list[origin] ?? null),
    )
  }
}

function innerConfig(value: JsonValue | undefined, { vocabularySize }: ConfigFacts): JsonObject {
  return withoutIdsBeyond(jsonObject(value) ?? new Map(), vocabularySize ?? Number.POSITIVE_INFINITY)
}
