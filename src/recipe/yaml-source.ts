import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Pair,
  parseAllDocuments,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { findDeepLine } from './yaml-depth.ts'

/**
 * A recipe text with the syntax tree of its documents, for changes in place: a change is a few splices of the text at offsets that the
 * tree gives, so that comments, order and formatting of all that is not touched stay byte for byte.
 */
export interface YamlSource {
  readonly text: string
  /** Documents that hold a mapping, in the order of the text. */
  readonly documents: readonly SourceDocument[]
  readonly newline: '\n' | '\r\n'
}

export interface SourceDocument {
  readonly document: Document
  readonly root: YAMLMap
}

export interface Splice {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** Why a text can't be changed in place; caught by `applyEdit`. */
export class NotEditable extends Error {}

const MAX_TEXT_LENGTH = 1 << 19

export function openSource(text: string): YamlSource {
  if (text.length > MAX_TEXT_LENGTH || findDeepLine(text) !== null) {
    throw new NotEditable('The text is too long or nested too deeply to be changed here.')
  }
  const documents: SourceDocument[] = []
  for (const document of parseAllDocuments(text, { schema: 'failsafe', uniqueKeys: false, prettyErrors: false })) {
    if (!('contents' in document)) continue
    if (document.errors.length > 0)
      throw new NotEditable('The text is not readable as YAML: mend it in the text first.')
    endBlocksAtText(document, text)
    if (isMap(document.contents)) documents.push({ document, root: document.contents })
  }
  return { text, documents, newline: text.includes('\r\n') ? '\r\n' : '\n' }
}

/** A block scalar's range ends behind its last line break: here it ends before it, as every other value's does. */
function endBlocksAtText(document: Document, text: string): void {
  visit(document, {
    Scalar(_, node) {
      if (!node.range || (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED')) return
      const [from, to, end] = node.range
      node.range = [from, from + text.slice(from, to).trimEnd().length, end]
    },
  })
}

/** Applies splices that do not overlap. */
export function splice(text: string, splices: readonly Splice[]): string {
  return splices
    .toSorted((a, b) => b.from - a.from || b.to - a.to)
    .reduce((result, { from, to, text: piece }) => result.slice(0, from) + piece + result.slice(to), text)
}

/** The pair of a key; of several the last, which is the one that counts. */
export function pairOf(map: YAMLMap, key: string): Pair | null {
  return map.items.findLast((pair) => isPair(pair) && isScalar(pair.key) && keyText(pair) === key) ?? null
}

export function keyText(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : ''
}

/** The scalar's text, null where it is none or empty. */
export function scalarText(node: unknown): string | null {
  if (!isScalar(node)) return null
  const text = String(node.value ?? '').trim()
  return text === '' || text === '~' || /^null$/i.test(text) ? null : text
}

/** The mapping that a key leads to, or null where there is none; throws where it is an alias, whose target others share. */
export function mapAt(map: YAMLMap, key: string): YAMLMap | null {
  const value = pairOf(map, key)?.value
  if (isAlias(value)) throw new NotEditable(sharedValue(value.source))
  return isMap(value) ? value : null
}

export function seqAt(map: YAMLMap, key: string): YAMLSeq | null {
  const value = pairOf(map, key)?.value
  if (isAlias(value)) throw new NotEditable(sharedValue(value.source))
  return isSeq(value) ? value : null
}

/** Throws where one of the nodes carries an anchor that is used elsewhere: a change here would be one there as well. */
export function refuseShared({ document }: SourceDocument, nodes: readonly unknown[]): void {
  for (const node of nodes) {
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined
    if (anchor === undefined) continue
    visit(document, {
      Alias(_, alias: Alias) {
        if (alias.source === anchor) throw new NotEditable(sharedValue(anchor))
      },
    })
  }
}

function sharedValue(anchor: string): string {
  return `The value is shared under the name &${anchor}, and a change here would be one everywhere: write it out in the text first.`
}

export function startOf(node: unknown): number {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : null
  if (!range) throw new NotEditable('A part of the text has no place in it.')
  return range[0]
}

/** Where the content of a node ends, without the comments and line breaks behind it. */
export function endOf(node: unknown): number {
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const last: unknown = node.items.at(-1)
    // An empty value may be placed lines below its key.
    if (isPair(last)) return isEmptyValue(last) ? endOf(last.key) + 1 : endOf(last.value)
    if (last !== undefined) return endOf(last)
  }
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : null
  if (!range) throw new NotEditable('A part of the text has no place in it.')
  return range[1]
}

export function isEmptyValue(pair: Pair): boolean {
  return pair.value === null || (isScalar(pair.value) && pair.value.range?.[0] === pair.value.range?.[1])
}

/** Offset of the first character of the line, behind a byte order mark. */
export function lineStart(text: string, offset: number): number {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
  return start === 0 && text.startsWith('\ufeff') ? 1 : start
}

/** Offset behind the line's newline, or the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset)
  return at < 0 ? text.length : at + 1
}

export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset)
}

/** Offset of the `-` before an item of a block list. */
export function dashOf(text: string, item: unknown): number {
  const at = text.lastIndexOf('-', startOf(item) - 1)
  if (at < 0 || /[^\s-]/.test(text.slice(lineStart(text, at), at)))
    throw new NotEditable('An entry has no place of its own.')
  return at
}

const PLAIN = /^[A-Za-z_./][\w./ \\:-]*$/
const NOT_TEXT = /^(?:y|n|yes|no|on|off|true|false|null|~|[-+]?\.(?:inf|nan))$/i

/** Text as a YAML scalar, in quotes where it needs them. */
export function yamlText(text: string): string {
  const isPlain =
    PLAIN.test(text) && !NOT_TEXT.test(text) && text === text.trim() && !/:(?:\s|$)|^-|^\.\d|\s#/.test(text)
  if (isPlain) return text
  return /[\p{Cc}\u2028\u2029]/u.test(text) ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`
}
