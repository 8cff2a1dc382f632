import {
  type JsonObject,
  type JsonValue,
  jsonArray,
  jsonInteger,
  jsonNumber,
  jsonObject,
  jsonString,
  toJsonNumber,
  writeJson,
} from './json.ts'
import { parseJsonBytes } from './json-parser.ts'
import { specialTokens } from './tokenizer-config.ts'
import type { TokenClass } from './tokenizer-table.ts'

/** What a merge changes in the tokenizer files that it copies. Plain data. */
export interface TokenizerEdit {
  /** Rows of the result; numbers of tokens beyond are removed. */
  readonly rows: number
  /** Tokens to add, in order of id. */
  readonly added: readonly { readonly content: string; readonly id: number; readonly kind: TokenClass }[]
  /** Added tokens that have no row any more. */
  readonly dropped: readonly string[]
  /** A template for the chat format; null leaves the one that is there. */
  readonly chatTemplate: string | null
}

type Edit = (json: JsonObject, edit: TokenizerEdit) => JsonObject

const EDITS: ReadonlyMap<string, Edit> = new Map([
  ['tokenizer.json', editTokenizer],
  ['tokenizer_config.json', editTokenizerConfig],
  ['special_tokens_map.json', withoutDroppedRoles],
  ['added_tokens.json', editAddedTokens],
  ['generation_config.json', (json, { rows }) => withoutIdsBeyond(json, rows)],
])

/** True for the files that a change of tokens concerns. */
export function isEditable(name: string): boolean {
  return EDITS.has(name)
}

/**
 * The text of a tokenizer file with the edit made; numbers and everything else stay as they are.
 * @throws StudioError where the file is no JSON
 */
export function editTokenizerFile(name: string, bytes: Uint8Array, edit: TokenizerEdit): string {
  const json = jsonObject(parseJsonBytes(bytes, name)) ?? new Map<string, JsonValue>()
  return `${writeJson(EDITS.get(name)?.(json, edit) ?? json)}\n`
}

/** Token numbers of a config (`bos_token_id` and its kin; single or in a list) that have no row are taken out. */
export function withoutIdsBeyond(config: JsonObject, rows: number): JsonObject {
  const result = new Map(config)
  const tooLarge = (value: JsonValue | undefined) => (jsonInteger(value) ?? 0) >= rows
  for (const [key, value] of config) {
    if (!key.endsWith('_token_id')) continue
    const list = jsonArray(value)
    if (list?.some(tooLarge))
      result.set(
        key,
        list.filter((id) => !tooLarge(id)),
      )
    else if (tooLarge(value)) result.set(key, null)
  }
  return result
}

function editTokenizer(json: JsonObject, { added, dropped }: TokenizerEdit): JsonObject {
  const gone = new Set(dropped)
  const listed = (jsonArray(json.get('added_tokens')) ?? []).filter(
    (entry) => !gone.has(jsonString(jsonObject(entry)?.get('content')) ?? ''),
  )
  const model = new Map(jsonObject(json.get('model')) ?? [])
  const inModel = added.filter(({ kind }) => kind !== 'added' && kind !== 'special')
  const beside = added.filter((token) => !inModel.includes(token))
  const vocab = jsonObject(model.get('vocab'))
  const pieces = jsonArray(model.get('vocab'))
  if (vocab !== null) {
    // Special tokens often stand in the vocabulary as well; no merge rule makes them.
    const extended = new Map([...vocab].filter(([token]) => !gone.has(token)))
    // Loaders give an added token that the vocabulary lacks the next free number, whatever the file says: so all of them stand there.
    if (added.length > 0) for (const [token, id] of numbersOf(listed)) extended.set(token, id)
    for (const { content, id } of added) extended.set(content, toJsonNumber(id))
    model.set('vocab', extended)
  } else if (pieces !== null)
    model.set('vocab', extendPieces(withoutLast(pieces, gone), listed, added, inModel.at(-1)?.id ?? -1))
  const result = new Map(json)
  result.set('model', model)
  result.set('added_tokens', [...listed, ...beside.map(addedEntry)])
  return result
}

/**
 * A piece's place is its id, so that all places up to the last new piece are filled, with the added tokens that have those ids as well.
 * New pieces score below all others: text is cut as before wherever it can be.
 */
function extendPieces(
  pieces: readonly JsonValue[],
  listed: readonly JsonValue[],
  added: TokenizerEdit['added'],
  last: number,
): JsonValue[] {
  const byId = new Map(added.map(({ content, id }) => [id, content]))
  for (const entry of listed) {
    const token = jsonObject(entry)
    const [id, content] = [jsonInteger(token?.get('id')), jsonString(token?.get('content'))]
    if (id !== null && content !== null) byId.set(id, content)
  }
  const lowest = pieces.reduce((least: number, piece) => Math.min(least, jsonNumber(jsonArray(piece)?.[1]) ?? 0), 0)
  const extended = [...pieces]
  for (let id = pieces.length; id <= last; id++) {
    extended.push([byId.get(id) ?? `<unused row ${id}>`, toJsonNumber(lowest - 10)])
  }
  return extended
}

function numbersOf(listed: readonly JsonValue[]): [string, JsonValue][] {
  return listed.flatMap((entry): [string, JsonValue][] => {
    const token = jsonObject(entry)
    const [content, id] = [jsonString(token?.get('content')), jsonInteger(token?.get('id'))]
    return content === null || id === null ? [] : [[content, toJsonNumber(id)]]
  })
}

/** Pieces are numbered by place, so that only those at the end can go. */
function withoutLast(pieces: readonly JsonValue[], gone: ReadonlySet<string>): readonly JsonValue[] {
  let end = pieces.length
  while (end > 0 && gone.has(jsonString(jsonArray(pieces[end - 1])?.[0]) ?? '')) end--
  return pieces.slice(0, end)
}

function addedEntry({ content, id, kind }: TokenizerEdit['added'][number]): JsonObject {
  return new Map<string, JsonValue>([['id', toJsonNumber(id)], ...flags(content, kind)])
}

function flags(content: string, kind: TokenClass): [string, JsonValue][] {
  return [
    ['content', content],
    ['single_word', false],
    ['lstrip', false],
    ['rstrip', false],
    ['normalized', false],
    ['special', kind === 'special'],
  ]
}

function editTokenizerConfig(json: JsonObject, edit: TokenizerEdit): JsonObject {
  const result = new Map(withoutDroppedRoles(json, edit))
  const decoder = jsonObject(json.get('added_tokens_decoder'))
  if (decoder !== null) {
    const kept = [...decoder].filter(
      ([, entry]) => !edit.dropped.includes(jsonString(jsonObject(entry)?.get('content')) ?? ''),
    )
    const fresh = edit.added
      .filter(({ kind }) => kind === 'added' || kind === 'special')
      .map(({ id, content, kind }): [string, JsonValue] => [String(id), new Map(flags(content, kind))])
    result.set('added_tokens_decoder', new Map([...kept, ...fresh]))
  }
  if (edit.chatTemplate !== null) result.set('chat_template', edit.chatTemplate)
  return result
}

/** A role whose token is gone has none. */
function withoutDroppedRoles(json: JsonObject, { dropped }: TokenizerEdit): JsonObject {
  const result = new Map(json)
  for (const [role, token] of specialTokens(json)) if (dropped.includes(token)) result.delete(role)
  return result
}

function editAddedTokens(json: JsonObject, { added, dropped }: TokenizerEdit): JsonObject {
  const kept = [...json].filter(([token]) => !dropped.includes(token))
  return new Map([...kept, ...added.map(({ content, id }): [string, JsonValue] => [content, toJsonNumber(id)])])
}
