import { type JsonObject, jsonInteger, jsonObject } from '../formats/json.ts'

/** Names under which configs of different families keep the number of layers, and the width. */
export const LAYER_KEYS: readonly string[] = ['num_hidden_layers', 'n_layer', 'num_layers', 'n_layers']
const WIDTH_KEYS: readonly string[] = ['hidden_size', 'n_embd', 'd_model', 'dim']

/** Multimodal configs keep those of the text model in an object of its own. */
const TEXT_KEYS: readonly string[] = ['text_config', 'llm_config', 'language_config']

/** Where a config keeps what it says of the text model: the key of an inner object, or null for the config itself. */
export function textConfigKey(config: JsonObject, keys: readonly string[] = LAYER_KEYS): string | null {
  if (keys.some((key) => config.has(key))) return null
  return TEXT_KEYS.find((key) => keys.some((inner) => jsonObject(config.get(key))?.has(inner))) ?? null
}

/** Layers of the text model as config.json has them; null where it says nothing. */
export function layersOf(config: JsonObject | null): number | null {
  return lookUp(config, LAYER_KEYS)
}

/** Width of the text model as config.json has it. */
export function widthOf(config: JsonObject | null): number | null {
  return lookUp(config, WIDTH_KEYS)
}

function lookUp(config: JsonObject | null, keys: readonly string[]): number | null {
  if (config === null) return null
  const inner = textConfigKey(config, keys)
  const from = inner === null ? config : jsonObject(config.get(inner))
  const key = keys.find((candidate) => from?.has(candidate))
  return key === undefined ? null : jsonInteger(from?.get(key))
}
