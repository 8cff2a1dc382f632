import type { Dialect } from './dialect.ts'
import { Findings, quote } from './findings.ts'
import { formatGradient } from './gradient-edit.ts'
import type { Lane } from './presets.ts'
import type { Gradient } from './recipe.ts'
import { describeNode, readNumber } from './scalar.ts'
import { isNull, type YamlMap, type YamlNode } from './yaml.ts'
import { yamlText } from './yaml-source.ts'

/** Why a recipe of another tool can't be written as one of mergekit: a sentence for the person. */
export class NotConvertible extends Error {}

/** A recipe written anew: dialect, what was done, the original as a comment, then the documents. */
export function writtenAnew(
  original: string,
  dialect: Dialect,
  notes: readonly string[],
  documents: readonly string[][],
) {
  const lines = original
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split(/\r?\n/)
  const head = [
    ...(dialect === 'mergekit' ? [] : [`# slerp-studio: dialect = ${dialect}`]),
    ...notes.map((note) => `# ${note}`),
    '# The original:',
    ...lines.map((line) => `#   ${line}`.trimEnd()),
  ]
  const body = documents.map((document) => document.join('\n')).join('\n---\n')
  return { text: `${head.join('\n')}\n${body}\n`, notes }
}

/** A parameter of a document in lines; its key stands at `indent`. */
export function parameterLines(name: string, lanes: readonly Lane[], indent = '  '): string[] {
  const [only] = lanes
  if (lanes.length === 1 && only?.filter === null) return [`${indent}${name}: ${formatGradient(only.value)}`]
  const items = lanes.flatMap(({ filter, value }) =>
    filter === null
      ? [`${indent}  - value: ${formatGradient(value)}`]
      : [`${indent}  - filter: ${yamlText(filter)}`, `${indent}    value: ${formatGradient(value)}`],
  )
  return [`${indent}${name}:`, ...items]
}

/** The text under a key; throws where there is none. */
export function textAt(map: YamlMap, key: string): string {
  const node = map.entries.get(key)?.value
  if (node?.kind === 'scalar' && !isNull(node) && node.text.trim() !== '') return node.text.trim()
  throw new NotConvertible(
    `Line ${node?.line ?? map.line}: ${key} is ${node === undefined ? 'missing' : describeNode(node)}, expected text.`,
  )
}

/** A number or a list of numbers; throws where it is neither. */
export function gradientAt(node: YamlNode, key: string): Gradient {
  const findings = new Findings()
  const items = node.kind === 'list' ? node.items : [node]
  const numbers = items.map((item) => readNumber(item, key, findings, 'a number or a list of numbers'))
  const [problem] = findings.problems
  if (findings.errorCount > 0)
    throw new NotConvertible(`Line ${problem?.line ?? node.line}: ${problem?.message ?? key}`)
  if (numbers.length === 0)
    throw new NotConvertible(`Line ${node.line}: ${key} is an empty list, expected at least one number.`)
  const points = numbers.map((number) => number ?? 0)
  return node.kind === 'list' ? points : (points[0] ?? 0)
}

/** Keys of a map that are not among those a conversion reads, for a note. */
export function leftOver(map: YamlMap, read: readonly string[]): string[] {
  return [...map.entries.keys()].filter((key) => !read.includes(key)).map(quote)
}

export function isTrue(map: YamlMap, key: string): boolean {
  const node = map.entries.get(key)?.value
  return node?.kind === 'scalar' && /^(?:true|yes|on)$/i.test(node.text)
}
