import { StudioError } from '../problem.ts'
import { describeJson, type JsonObject, jsonArray, jsonBoolean, jsonObject, jsonString } from './json.ts'
import { quoteToken, readTokenId, type TokenClass, TokenTable } from './tokenizer-table.ts'

const BYTE_TOKEN = /^<0x[0-9A-Fa-f]{2}>$/

/**
 * Reads the vocabulary of a tokenizer.json (BPE, WordPiece and WordLevel keep an object of ids, Unigram a list whose place is the id) and
 * its added tokens.
 * @throws StudioError naming the file and the token
 */
export function readTokenizerJson(json: JsonObject, file: string): TokenTable {
  const model = jsonObject(json.get('model'))
  if (model === null) throw new StudioError(`${file}: model is ${describeJson(json.get('model'))}, expected an object.`)
  const table = new TokenTable()
  const vocab = model.get('vocab')
  const byId = jsonObject(vocab)
  const pieces = jsonArray(vocab)
  if (byId !== null) readIds(byId, table, file)
  else if (pieces !== null) {
    for (const [id, entry] of pieces.entries()) {
      const piece = jsonString(jsonArray(entry)?.[0])
      if (piece === null)
        throw new StudioError(
          `${file}: entry ${id} of the vocab is ${describeJson(entry)}, expected a piece and its score.`,
        )
      table.add(piece, id, kindOf(piece), file)
    }
  } else {
    throw new StudioError(
      `${file}: vocab is ${describeJson(vocab)}, expected an object of tokens with their ids, or a list of pieces.`,
    )
  }
  const added = json.get('added_tokens') ?? null
  if (added !== null) readAddedList(jsonArray(added), added, table, file)
  return table
}

/** Tokens with their ids, as in vocab.json and added_tokens.json. */
export function readIds(tokens: JsonObject, table: TokenTable, file: string, kind?: TokenClass): void {
  for (const [token, id] of tokens) table.add(token, readTokenId(id, token, file), kind ?? kindOf(token), file)
}

/** One entry of added_tokens or added_tokens_decoder, without its id. */
export function addedToken(entry: JsonObject | null): { content: string; kind: TokenClass } | null {
  const content = jsonString(entry?.get('content'))
  return content === null ? null : { content, kind: jsonBoolean(entry?.get('special')) === true ? 'special' : 'added' }
}

function readAddedList(list: ReturnType<typeof jsonArray>, found: unknown, table: TokenTable, file: string): void {
  if (list === null) throw new StudioError(`${file}: added_tokens is ${describeJson(found as never)}, expected a list.`)
  for (const [index, value] of list.entries()) {
    const entry = jsonObject(value)
    const token = addedToken(entry)
    if (token === null)
      throw new StudioError(
        `${file}: entry ${index} of added_tokens has no text: its content is ${describeJson(entry?.get('content'))}.`,
      )
    const id = readTokenId(entry?.get('id'), token.content, file)
    const known = table.tokenOf(id)
    // An added token may stand in the vocabulary as well; then it keeps that place, and its own class.
    if (known !== undefined && known !== token.content) {
      throw new StudioError(
        `${file}: the added token ${quoteToken(token.content)} has the id ${id} of the token ${quoteToken(known)}, and each token needs a row of its own.`,
      )
    }
    table.add(token.content, id, token.kind, file)
  }
}

function kindOf(token: string): TokenClass {
  return BYTE_TOKEN.test(token) ? 'byte' : 'base'
}
