import type { Findings } from './findings.ts'
import { quote } from './findings.ts'
import { checkKeys, type LevelKeys } from './keys.ts'
import { readModelReference } from './model-reference.ts'
import type { RecipeVocabulary, TokenRule, TokenSource, VocabularySource } from './recipe.ts'
import { describeNode, readFlag, readNumber, readText } from './scalar.ts'
import { isNull, type YamlEntry, type YamlMap, type YamlNode } from './yaml.ts'

const TOKENIZER_KEYS = keys(['source', 'tokens', 'pad_to_multiple_of'])
const TOKEN_KEYS = keys(['source', 'force'])
const MODEL_TOKEN_KEYS = keys(['kind', 'model', 'token', 'token_id'])

/** Vocabularies are padded so that their rows suit the machine: 8, 64 or 128; the cap keeps a slip from adding gigabytes. */
const MAX_MULTIPLE = 65_536

function keys(used: readonly string[]): LevelKeys {
  return { used, ignored: new Map(), refused: new Map() }
}

/** Reads `tokenizer_source`, or the `tokenizer` mapping that came after it; null where the document has neither. */
export function readVocabularyRule(document: YamlMap, findings: Findings): RecipeVocabulary | null {
  const old = given(document, 'tokenizer_source')
  const block = given(document, 'tokenizer')
  if (old !== null && block !== null) {
    findings.error('The document has both tokenizer and tokenizer_source, expected one of them.', old.line)
    return null
  }
  if (old !== null) {
    const source = readSource(old.value, 'tokenizer_source', old.line, findings)
    return source === null ? null : { source, tokens: new Map(), padToMultiple: null, line: old.line }
  }
  return block === null ? null : readBlock(block, findings)
}

/** `auto`, the name of a template, or the template itself; null where the document says nothing. */
export function readChatTemplate(document: YamlMap, findings: Findings): string | null {
  const entry = given(document, 'chat_template')
  return entry === null ? null : readText(entry.value, 'chat_template', entry.line, findings)
}

function readBlock({ value, line }: YamlEntry, findings: Findings): RecipeVocabulary | null {
  if (value.kind !== 'map') {
    findings.error(
      `tokenizer is ${describeNode(value)}, expected a mapping with source, tokens or pad_to_multiple_of (a single word belongs under tokenizer_source).`,
      line,
    )
    return null
  }
  checkKeys(value, TOKENIZER_KEYS, 'tokenizer', findings)
  const from = given(value, 'source')
  const source = from === null ? 'union' : readSource(from.value, 'source of tokenizer', from.line, findings)
  const tokens = readTokens(given(value, 'tokens'), findings)
  const pad = given(value, 'pad_to_multiple_of')
  const padToMultiple = pad === null ? null : readWhole(pad.value, 'pad_to_multiple_of', 1, MAX_MULTIPLE, findings)
  return source === null || tokens === null ? null : { source, tokens, padToMultiple, line }
}

function readTokens(entry: YamlEntry | null, findings: Findings): ReadonlyMap<string, TokenRule> | null {
  if (entry === null) return new Map()
  if (entry.value.kind !== 'map') {
    findings.error(
      `tokens is ${describeNode(entry.value)}, expected a mapping of tokens, each with source.`,
      entry.line,
    )
    return null
  }
  const rules = new Map<string, TokenRule>()
  for (const { key: token, value, line } of entry.value.entries.values()) {
    if (value.kind !== 'map') {
      findings.error(`The token ${quote(token)} is ${describeNode(value)}, expected a mapping with source.`, line)
      continue
    }
    checkKeys(value, TOKEN_KEYS, `the token ${quote(token)}`, findings)
    const from = given(value, 'source')
    const force = given(value, 'force')
    const source = from === null ? null : readTokenSource(from, token, findings)
    if (from === null) findings.error(`The token ${quote(token)} has no source, expected a model.`, line)
    const forced = force === null ? 0 : readFlag(force.value, 'force', findings)
    if (source !== null) rules.set(token, { source, force: forced === 1, line })
  }
  return rules
}

function readTokenSource({ value, line }: YamlEntry, token: string, findings: Findings): TokenSource | null {
  const key = `source of the token ${quote(token)}`
  if (value.kind !== 'map' || value.entries.has('path') || !value.entries.has('kind')) {
    const model = readModelReference(value, key, line, findings)
    return model === null ? null : { kind: 'model', model, token: null }
  }
  checkKeys(value, MODEL_TOKEN_KEYS, `the ${key}`, findings)
  const kind = readText(value.entries.get('kind')?.value ?? value, `kind of the ${key}`, line, findings)
  if (kind === 'zero') return { kind: 'zero' }
  if (kind !== 'model_token') {
    if (kind !== null) findings.error(`The kind of the ${key} is ${quote(kind)}, expected model_token or zero.`, line)
    return null
  }
  const from = given(value, 'model')
  const [named, numbered] = [given(value, 'token'), given(value, 'token_id')]
  if (from === null || (named === null) === (numbered === null)) {
    findings.error(`The ${key} needs model and one of token and token_id.`, line)
    return null
  }
  const model = readModelReference(from.value, `model of the ${key}`, from.line, findings)
  const chosen =
    named !== null
      ? readText(named.value, 'token', named.line, findings)
      : readWhole((numbered as YamlEntry).value, 'token_id', 0, 2 ** 24 - 1, findings)
  return model === null || chosen === null ? null : { kind: 'model', model, token: chosen }
}

function readSource(value: YamlNode, key: string, line: number, findings: Findings): VocabularySource | null {
  if (value.kind === 'scalar' && (value.text === 'union' || value.text === 'base')) return value.text
  // An old spelling puts `model:` before the name.
  const plain = value.kind === 'scalar' ? { ...value, text: value.text.replace(/^model:/, '') } : value
  const model = readModelReference(plain, key, line, findings)
  return model === null ? null : { model }
}

function readWhole(node: YamlNode, key: string, from: number, to: number, findings: Findings): number | null {
  const value = readNumber(node, key, findings, 'a whole number')
  if (value === null || (Number.isInteger(value) && value >= from && value <= to)) return value
  findings.error(`${key} is ${value}, expected a whole number from ${from} to ${to}.`, node.line)
  return null
}

function given(map: YamlMap, key: string): YamlEntry | null {
  const entry = map.entries.get(key)
  return entry === undefined || isNull(entry.value) ? null : entry
}
