import { describeJson, type JsonObject, jsonArray, jsonBoolean, jsonObject, jsonString } from '../../formats/json.ts'
import { readJsonObject } from '../../formats/json-file.ts'
import { readTokenizerJson } from '../../formats/tokenizer-json.ts'
import { StudioError } from '../../problem.ts'
import { cutAtAdded, readAddedTokens } from './added-tokens.ts'
import { joinPairs, MergeTable } from './bpe.ts'
import { byteTokens, readDecoder } from './decode.ts'
import { readNormalizer } from './normalise.ts'
import { readPreTokenizer } from './pre-tokenize.ts'
import { unknownPart } from './unknown-part.ts'

/** Text to token ids and back, as the `tokenizers` library does it from a tokenizer.json. */
export interface TextTokenizer {
  /** Ids of a text, with the tokens that the tokenizer puts before every text (such as <s>). */
  encode(text: string): number[]
  /** Text of ids; special tokens are left out. */
  decode(ids: readonly number[]): string
}

const FILE = 'tokenizer.json'

/**
 * Reads a byte-pair tokenizer (byte-level as GPT-2's, Llama 3's and Qwen's, or sentencepiece-like with byte fallback as Llama 2's and
 * Mistral's).
 * @throws StudioError naming the file and the part, where there is no tokenizer.json or it has parts that are not known
 */
export async function readTextTokenizer(sidecars: ReadonlyMap<string, Blob>): Promise<TextTokenizer> {
  const blob = sidecars.get(FILE)
  if (blob === undefined) {
    throw new StudioError(
      `The folder has no ${FILE}, and text is read with nothing else; this model cannot be tasted, merging it works.`,
    )
  }
  return textTokenizer(await readJsonObject(FILE, blob))
}

/** @see readTextTokenizer */
export function textTokenizer(json: JsonObject): TextTokenizer {
  const { ids } = readTokenizerJson(json, FILE)
  const tokens = new Map([...ids].map(([token, id]) => [id, token]))
  const added = readAddedTokens(json)
  const special = new Set(added.flatMap(({ id, special }) => (special ? [id] : [])))
  const normalise = readNormalizer(json.get('normalizer'), FILE)
  const cut = readPreTokenizer(json.get('pre_tokenizer'), FILE)
  const decoder = readDecoder(json.get('decoder'), FILE)
  const spell = readModel(json, ids)
  const before = tokensBefore(json.get('post_processor'), ids)
  return {
    encode(text) {
      const result = [...before]
      let first = true
      for (const piece of cutAtAdded(text, added)) {
        if (typeof piece !== 'string') result.push(piece.id)
        else for (const word of cut([normalise(piece)], first)) result.push(...spell(word))
        first = false
      }
      return result
    },
    decode: (found) => decoder(found.flatMap((id) => (special.has(id) ? [] : (tokens.get(id) ?? [])))).join(''),
  }
}

/** The model proper: from a word to ids. */
function readModel(json: JsonObject, ids: ReadonlyMap<string, number>): (word: string) => number[] {
  const model = jsonObject(json.get('model')) as JsonObject
  // Old files leave the type out where there are merges.
  if ((jsonString(model.get('type')) ?? 'BPE') !== 'BPE' || jsonArray(model.get('merges')) === null)
    throw unknownPart('model', model, FILE)
  const merges = readMerges(model, ids)
  const fallsBack = jsonBoolean(model.get('byte_fallback')) === true
  const wholeFirst = jsonBoolean(model.get('ignore_merges')) === true
  const unknown = ids.get(jsonString(model.get('unk_token')) ?? '')
  const symbol = (character: string): number[] => {
    const id = ids.get(character)
    if (id !== undefined) return [id]
    const bytes = fallsBack ? byteTokens(character).map((token) => ids.get(token)) : []
    if (bytes.length > 0 && bytes.every((byte) => byte !== undefined)) return bytes as number[]
    return unknown === undefined ? [] : [unknown]
  }
  return (word) => {
    const whole = wholeFirst ? ids.get(word) : undefined
    return whole === undefined ? joinPairs([...word].flatMap(symbol), merges) : [whole]
  }
}

function readMerges(model: JsonObject, ids: ReadonlyMap<string, number>): MergeTable {
  const table = new MergeTable()
  for (const [rank, entry] of (jsonArray(model.get('merges')) ?? []).entries()) {
    const text = jsonString(entry)
    const space = text?.indexOf(' ', 1) ?? -1
    const [left, right] =
      text === null ? (jsonArray(entry) ?? []).map(jsonString) : [text.slice(0, space), text.slice(space + 1)]
    const pair = [ids.get(left ?? ''), ids.get(right ?? ''), ids.get(`${left ?? ''}${right ?? ''}`)]
    const [a, b, id] = pair
    if (a === undefined || b === undefined || id === undefined) {
      throw new StudioError(
        `${FILE}: merge ${rank} is ${describeJson(entry)}, and one of its parts or what they give is no token of the vocabulary.`,
      )
    }
    table.add(a, b, { rank, id })
  }
  return table
}

/** Special tokens that the post-processor puts before a single text. */
function tokensBefore(value: Parameters<typeof jsonObject>[0], ids: ReadonlyMap<string, number>): number[] {
  const step = jsonObject(value)
  if (step === null) return []
  const type = jsonString(step.get('type'))
  if (type === 'ByteLevel') return []
  if (type === 'Sequence') return (jsonArray(step.get('processors')) ?? []).flatMap((part) => tokensBefore(part, ids))
  if (type !== 'TemplateProcessing') throw unknownPart('post_processor', step, FILE)
  const result: number[] = []
  for (const part of jsonArray(step.get('single')) ?? []) {
    const token = jsonString(jsonObject(jsonObject(part)?.get('SpecialToken'))?.get('id'))
    if (token === null) break
    const id = ids.get(token)
    if (id !== undefined) result.push(id)
  }
  return result
}
