import { type JsonObject, jsonArray, jsonObject, jsonString } from './json.ts'
import { addedToken } from './tokenizer-json.ts'
import { readTokenId, type TokenTable } from './tokenizer-table.ts'

/** Roles of special tokens, as tokenizer_config.json and special_tokens_map.json name them. */
const ROLES = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'] as const

/** The added tokens that tokenizer_config.json lists by id. Ids are keys there, so that they come as text. */
export function readAddedDecoder(config: JsonObject, table: TokenTable, file: string): void {
  for (const [id, value] of jsonObject(config.get('added_tokens_decoder')) ?? []) {
    const token = addedToken(jsonObject(value))
    if (token !== null) table.add(token.content, readTokenId({ raw: id }, token.content, file), token.kind, file)
  }
}

/** Texts of the special tokens; a role's value is the text itself or an object with `content`. */
export function specialTokens(config: JsonObject): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const role of ROLES) {
    const value = config.get(role)
    const text = jsonString(value) ?? jsonString(jsonObject(value)?.get('content'))
    if (text !== null) found.set(role, text)
  }
  return found
}

/** The chat template: a text, or a list of named ones of which `default` (else the first) counts; null where there is none. */
export function chatTemplateOf(config: JsonObject): string | null {
  const value = config.get('chat_template')
  const list = jsonArray(value)?.map(jsonObject)
  const chosen = list?.find((entry) => jsonString(entry?.get('name')) === 'default') ?? list?.[0]
  return jsonString(value) ?? jsonString(chosen?.get('template'))
}
