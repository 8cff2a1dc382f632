import { StudioError } from '../problem.ts'
import { readRange } from './blob.ts'
import { readJsonObject } from './json-file.ts'
import { decodeUtf8 } from './json-parser.ts'
import { recogniseFile } from './recognise.ts'
import { readSentencePiece } from './sentencepiece.ts'
import { chatTemplateOf, readAddedDecoder, specialTokens } from './tokenizer-config.ts'
import { readIds, readTokenizerJson } from './tokenizer-json.ts'
import { type TokenClass, TokenTable } from './tokenizer-table.ts'

/** What a model's tokenizer says: which token each row of the embedding stands for. Plain data. */
export interface Vocabulary {
  /** The file that holds the vocabulary proper. */
  readonly file: string
  readonly ids: ReadonlyMap<string, number>
  /** Classes of those ids that are not `base`. */
  readonly classes: ReadonlyMap<number, TokenClass>
  /** Rows that the tokens need: the largest id and one. */
  readonly size: number
  /** The prompt format as a Jinja template; null where the model has none. */
  readonly chatTemplate: string | null
}

/** Chat templates have some kB. */
const MAX_TEMPLATE_BYTES = 4 * 1024 * 1024

/**
 * Reads a model's vocabulary from its tokenizer files: tokenizer.json, else a sentencepiece model or vocab.json with the tokens that
 * added_tokens.json adds, and those of tokenizer_config.json in each case. Takes a while for a large tokenizer, so that it is not part of
 * opening a checkpoint.
 * @returns null where the folder has none of these files
 * @throws StudioError naming the file and the token
 */
export async function readVocabulary(sidecars: ReadonlyMap<string, Blob>): Promise<Vocabulary | null> {
  const found = await readTable(sidecars)
  if (found === null) return null
  const { table, file } = found
  const config = await readSidecar(sidecars, 'tokenizer_config.json')
  if (config !== null) readAddedDecoder(config, table, 'tokenizer_config.json')
  for (const source of [config, await readSidecar(sidecars, 'special_tokens_map.json')]) {
    for (const token of source === null ? [] : specialTokens(source).values()) {
      const id = table.ids.get(token)
      if (id !== undefined) table.classes.set(id, 'special')
    }
  }
  const size = 1 + [...table.ids.values()].reduce((top, id) => Math.max(top, id), -1)
  const chatTemplate = (await readTemplate(sidecars)) ?? (config === null ? null : chatTemplateOf(config))
  return { file, ids: table.ids, classes: table.classes, size, chatTemplate }
}

async function readTable(sidecars: ReadonlyMap<string, Blob>): Promise<{ table: TokenTable; file: string } | null> {
  const fast = await readSidecar(sidecars, 'tokenizer.json')
  if (fast !== null) return { table: readTokenizerJson(fast, 'tokenizer.json'), file: 'tokenizer.json' }
  const slow = await readSlowTable(sidecars)
  const added = await readSidecar(sidecars, 'added_tokens.json')
  if (slow !== null && added !== null) readIds(added, slow.table, 'added_tokens.json', 'added')
  return slow
}

async function readSlowTable(sidecars: ReadonlyMap<string, Blob>): Promise<{ table: TokenTable; file: string } | null> {
  for (const file of ['tokenizer.model', 'spiece.model', 'sentencepiece.bpe.model']) {
    const blob = sidecars.get(file)
    if (blob === undefined) continue
    const bytes = await readRange({ name: file, blob }, 0, blob.size, 'the pieces')
    const kind = recogniseFile(bytes)
    if (kind !== null) throw new StudioError(`${file}: not a sentencepiece model but ${kind}.`)
    return { table: readSentencePiece(bytes, file), file }
  }
  const vocab = await readSidecar(sidecars, 'vocab.json')
  if (vocab === null) return null
  const table = new TokenTable()
  readIds(vocab, table, 'vocab.json')
  return { table, file: 'vocab.json' }
}

async function readSidecar(sidecars: ReadonlyMap<string, Blob>, name: string) {
  const blob = sidecars.get(name)
  return blob === undefined ? null : readJsonObject(name, blob)
}

async function readTemplate(sidecars: ReadonlyMap<string, Blob>): Promise<string | null> {
  const name = 'chat_template.jinja'
  const blob = sidecars.get(name)
  if (blob === undefined || blob.size > MAX_TEMPLATE_BYTES) return null
  return decodeUtf8(await readRange({ name, blob }, 0, blob.size, 'the template'), name)
}
