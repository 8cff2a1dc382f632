import { type Document, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml'
import { type Findings, quote, removeKey } from './findings.ts'
import { findDeepLine } from './yaml-depth.ts'

/** A recipe with a filter for each of 723 tensors has about 100 kB; this many characters of nonsense take two seconds. */
const MAX_TEXT_LENGTH = 1 << 19
/** A recipe needs about eight levels. */
const MAX_DEPTH = 32
/** No level of a recipe knows more than 40. */
const MAX_KEYS = 256
/** Values after aliases are followed; keeps a few lines of aliases from becoming billions of values. */
const MAX_VALUES = 200_000

export interface YamlScalar {
  readonly kind: 'scalar'
  readonly text: string
  /** False where the text is in quotes (or tagged `!!str`), so that it is text whatever it looks like. */
  readonly plain: boolean
  readonly line: number
  readonly size: number
}

export interface YamlList {
  readonly kind: 'list'
  readonly items: readonly YamlNode[]
  readonly line: number
  readonly size: number
}

export interface YamlEntry {
  readonly key: string
  readonly value: YamlNode
  /** Line of the key. */
  readonly line: number
}

export interface YamlMap {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, YamlEntry>
  readonly line: number
  readonly size: number
}

/** YAML made plain: aliases followed, merge keys spread, tags refused, scalars kept as text. `size` counts values with aliases followed. */
export type YamlNode = YamlScalar | YamlList | YamlMap

const CORE_TAG = 'tag:yaml.org,2002:'
const KNOWN_TAGS = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => CORE_TAG + name))

/** Thrown inside this file only: a document that cannot be read on. */
class Unreadable extends Error {
  readonly line: number
  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}

/**
 * Reads the documents of a YAML text; empty ones are left out. Finds instead of throwing: when an error was found, the
 * documents that could not be read are missing.
 */
export function readYaml(text: string, findings: Findings): YamlNode[] {
  if (text.length > MAX_TEXT_LENGTH) {
    findings.error(
      `The recipe has ${text.length} characters, expected at most ${MAX_TEXT_LENGTH}: is this a recipe?`,
      1,
    )
    return []
  }
  const deepLine = findDeepLine(text)
  if (deepLine !== null) {
    findings.error(tooDeep(), deepLine)
    return []
  }
  const lines = new LineCounter()
  let documents: readonly Document[]
  try {
    // Failsafe: all scalars stay text, because what a scalar means is ours to say (scalar.ts).
    const options = { schema: 'failsafe', uniqueKeys: false, prettyErrors: false, resolveKnownTags: false } as const
    documents = [...parseAllDocuments(text, { ...options, lineCounter: lines })]
  } catch (cause) {
    const deep = cause instanceof RangeError
    findings.error(deep ? tooDeep() : `The recipe is not readable as YAML: ${String(cause)}.`, 1)
    return []
  }
  const nodes: YamlNode[] = []
  for (const document of documents) {
    const [failure] = document.errors
    if (failure !== undefined) {
      findings.error(explain(failure.code, failure.message), lines.linePos(failure.pos[0]).line)
      continue
    }
    try {
      const node = new Reader(lines, findings).read(document.contents)
      if (node.kind !== 'scalar' || !isNull(node)) nodes.push(node)
    } catch (cause) {
      if (!(cause instanceof Unreadable)) throw cause
      findings.error(cause.message, cause.line)
    }
  }
  return nodes
}

/** The words that YAML reads as "no value". */
export function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.plain && /^(?:|~|null|Null|NULL)$/.test(node.text)
}

function tooDeep(): string {
  return `The recipe is nested too deeply, expected at most ${MAX_DEPTH} levels of lists and keys.`
}

function explain(code: string, message: string): string {
  if (code === 'RESOURCE_EXHAUSTION') return tooDeep()
  if (/alias cannot be an empty/i.test(message)) return 'A bare * is no value in YAML: put it in quotes, "*".'
  if (/escape sequence/i.test(message)) {
    return `In double quotes a backslash begins an escape (${message.trim()}): use single quotes or forward slashes for a path.`
  }
  if (code === 'TAB_AS_INDENT') return 'A tab is used for indentation, which YAML forbids: use spaces.'
  return `The recipe is not readable as YAML: ${message.trim().replace(/\s+/g, ' ').replace(/\.?$/, '.')}`
}

class Reader {
  readonly #lines: LineCounter
  readonly #findings: Findings
  /** Null while the anchored value is still being read. */
  readonly #anchors = new Map<string, YamlNode | null>()

  constructor(lines: LineCounter, findings: Findings) {
    this.#lines = lines
    this.#findings = findings
  }

  read(node: unknown, depth = 0): YamlNode {
    const line = this.#line(node)
    if (depth > MAX_DEPTH) throw new Unreadable(tooDeep(), line)
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source)
      if (target === undefined) throw new Unreadable(`The alias *${node.source} has no anchor before it.`, line)
      if (target === null)
        throw new Unreadable(`The alias *${node.source} is inside its own anchor, a circular value.`, line)
      return target
    }
    if (!isScalar(node) && !isSeq(node) && !isMap(node)) return { kind: 'scalar', text: '', plain: true, line, size: 1 }
    if (node.tag !== undefined && !KNOWN_TAGS.has(node.tag)) {
      throw new Unreadable(
        `The tag ${quote(node.tag.replace(CORE_TAG, '!!'))} is not allowed in a recipe: use plain values.`,
        line,
      )
    }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, null)
    const result = this.#readCollection(node, line, depth)
    if (result.size > MAX_VALUES) {
      throw new Unreadable(
        `The recipe has ${result.size} values once its aliases are followed, expected at most ${MAX_VALUES}.`,
        line,
      )
    }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, result)
    return result
  }

  #readCollection(node: Node, line: number, depth: number): YamlNode {
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item, depth + 1))
      return { kind: 'list', items, line, size: items.reduce((sum, item) => sum + item.size, 1) }
    }
    if (isMap(node)) return this.#readMap(node.items, line, depth)
    const scalar = isScalar(node) ? node : null
    const text = typeof scalar?.value === 'string' ? scalar.value : (scalar?.source ?? '')
    const plain =
      node.tag === undefined ? scalar?.type === 'PLAIN' || scalar?.type === undefined : node.tag !== `${CORE_TAG}str`
    return { kind: 'scalar', text, plain, line, size: 1 }
  }

  #readMap(pairs: readonly unknown[], line: number, depth: number): YamlMap {
    if (pairs.length > MAX_KEYS) {
      throw new Unreadable(`A mapping has ${pairs.length} keys, expected at most ${MAX_KEYS}.`, line)
    }
    const entries = new Map<string, YamlEntry>()
    const inherited: YamlMap[] = []
    let size = 1
    for (const pair of pairs) {
      if (!isPair(pair)) continue
      const key = this.read(pair.key, depth + 1)
      if (key.kind !== 'scalar') throw new Unreadable('A key is a list or a mapping, expected a word.', key.line)
      const value = this.read(pair.value, depth + 1)
      size += value.size
      if (key.text === '<<' && key.plain) {
        inherited.push(...this.#mergedMaps(value, key.line))
        continue
      }
      const before = entries.get(key.text)
      if (before !== undefined) {
        const message = `The key ${key.text} appears twice here (first in line ${before.line}): the last one counts, as in mergekit.`
        this.#findings.warning(message, key.line, removeKey(before.line, key.text))
      }
      entries.set(key.text, { key: key.text, value, line: key.line })
    }
    for (const map of inherited) {
      for (const entry of map.entries.values()) if (!entries.has(entry.key)) entries.set(entry.key, entry)
    }
    return { kind: 'map', entries, line, size }
  }

  #mergedMaps(value: YamlNode, line: number): YamlMap[] {
    const maps = value.kind === 'list' ? value.items : [value]
    return maps.map((map) => {
      if (map.kind !== 'map') throw new Unreadable('The merge key << needs a mapping, or a list of mappings.', line)
      return map
    })
  }

  #line(node: unknown): number {
    const start = isScalar(node) || isSeq(node) || isMap(node) || isAlias(node) ? node.range?.[0] : undefined
    return start === undefined ? 1 : Math.max(1, this.#lines.linePos(start).line)
  }
}
