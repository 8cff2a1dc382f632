import { type Findings, listInWords, quote } from './findings.ts'
import { formatNumber } from './gradient-edit.ts'
import { isNull, type YamlNode } from './yaml.ts'

/** What YAML 1.1 (PyYAML, and so mergekit) reads as a decimal number: an exponent needs a point before it and a sign. */
const YAML_1_1_NUMBER =
  /^[-+]?(?:0|[1-9][0-9_]*|[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?)$|^\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?$/
/** Decimal numbers as everybody else writes them. `010` is left out: YAML 1.1 reads it as eight. */
const NUMBER = /^[-+]?(?:(?:0|[1-9][0-9_]*)|[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?$/
const TRUE = /^(?:true|True|TRUE|yes|Yes|YES|on|On|ON)$/
const FALSE = /^(?:false|False|FALSE|no|No|NO|off|Off|OFF)$/

/** A value in words, for messages. */
export function describeNode(node: YamlNode): string {
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : `a list of ${node.items.length}`
  if (node.kind === 'map')
    return `a mapping with ${listInWords([...node.entries.keys()].slice(0, 4).map(quote)) || 'no keys'}`
  return isNull(node) ? 'empty' : node.plain && NUMBER.test(node.text) ? node.text.slice(0, 60) : quote(node.text)
}

/** The text of a scalar, or null after an error. */
export function readText(node: YamlNode, key: string, line: number, findings: Findings): string | null {
  if (node.kind === 'scalar' && !isNull(node) && node.text.trim() !== '') return node.text
  findings.error(`${key} is ${describeNode(node)}, expected text.`, line)
  return null
}

/** A finite number, or null after an error. Numbers that mergekit takes for text are read, with a warning. */
export function readNumber(node: YamlNode, key: string, findings: Findings, expected = 'a number'): number | null {
  if (node.kind !== 'scalar' || !NUMBER.test(node.text)) {
    const hint = node.kind === 'scalar' && /^[-+]?0[0-9]/.test(node.text) ? ' without leading zeros' : ''
    findings.error(`${key} is ${describeNode(node)}, expected ${expected}${hint}.`, node.line)
    return null
  }
  const value = Number(node.text.replaceAll('_', '')) + 0 // no negative zero
  if (!Number.isFinite(value)) {
    findings.error(`${key} is ${node.text}, which is no finite number in 64 bits, expected ${expected}.`, node.line)
    return null
  }
  if (!node.plain || !YAML_1_1_NUMBER.test(node.text)) {
    const mend = node.plain ? `write it with a point and a signed exponent, or without one` : 'leave out the quotes'
    findings.warning(
      `${key} is ${describeNode(node)}, read as the number ${value}, but mergekit takes it for text: ${mend}.`,
      node.line,
      {
        label: `Write ${formatNumber(value)}`,
        edits: [{ kind: 'set-scalar', line: node.line, value: node.text, to: formatNumber(value) }],
      },
    )
  }
  return value
}

/** A boolean of YAML 1.1 or one of 0 and 1, as 0 or 1; null after an error. */
export function readFlag(node: YamlNode, key: string, findings: Findings): 0 | 1 | null {
  if (node.kind === 'scalar') {
    if (TRUE.test(node.text) || (NUMBER.test(node.text) && Number(node.text) === 1)) return 1
    if (FALSE.test(node.text) || (NUMBER.test(node.text) && Number(node.text) === 0)) return 0
  }
  findings.error(`${key} is ${describeNode(node)}, expected true or false.`, node.line)
  return null
}
