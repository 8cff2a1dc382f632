import { type Findings, listInWords, quote, removeKey, renameKeyTo, writeValue } from './findings.ts'
import { checkKeys, FILTER_KEYS } from './keys.ts'
import type { ParameterFacts } from './method-parameters.ts'
import { METHOD_PARAMETERS, parameterFacts } from './methods.ts'
import type { FilteredValue, Gradient, Method, Parameters } from './recipe.ts'
import { describeNode, readFlag, readNumber, readText } from './scalar.ts'
import { nearestWord } from './spelling.ts'
import { isNull, type YamlEntry, type YamlList, type YamlMap, type YamlNode } from './yaml.ts'

export type ParameterLevel = 'source' | 'slice' | 'recipe'

/** Parameters that mergekit, or a method of it, knows; a method that does not read one ignores it. */
const KNOWN = [
  ...new Set(Object.values(METHOD_PARAMETERS).flatMap(({ shared, perModel }) => [...shared, ...perModel])),
  'embed_slerp',
  'rope_scale',
]
/** Looking for entries that are never used takes the square of their number. */
const MAX_COMPARED = 2000

export const NO_PARAMETERS: Parameters = new Map()

/** Reads the `parameters` of one level. Those that the method does not read there are left out, with a warning. */
export function readParameters(
  entry: YamlEntry | undefined,
  level: ParameterLevel,
  method: Method,
  findings: Findings,
): Parameters {
  if (entry === undefined || isNull(entry.value)) return NO_PARAMETERS
  if (entry.value.kind !== 'map') {
    findings.error(`parameters is ${describeNode(entry.value)}, expected a mapping of names to values.`, entry.line)
    return NO_PARAMETERS
  }
  const { shared, perModel } = METHOD_PARAMETERS[method]
  const read = level === 'source' ? perModel : [...perModel, ...shared]
  const parameters = new Map<string, readonly FilteredValue[]>()
  for (const { key, value, line } of entry.value.entries.values()) {
    if (read.includes(key)) parameters.set(key, readParameter(value, key, line, method, findings))
    else if (shared.includes(key)) {
      findings.warning(
        `${key} is ignored among the parameters of one model, as by mergekit: set it for the slice or the recipe.`,
        line,
        removeKey(line, key),
      )
    } else if (key === 'int8_mask') {
      const reason = 'it saves memory in mergekit, and changes nothing in the result'
      findings.warning(`int8_mask is ignored: ${reason}.`, line, removeKey(line, key))
    } else if (KNOWN.includes(key)) {
      findings.warning(`${key} is ignored by ${method}, as by mergekit.`, line, removeKey(line, key))
    } else {
      const near = nearestWord(key, [...read, ...KNOWN])
      const hint =
        near === null ? `, expected ${listInWords([...perModel, ...shared], 'or')}.` : `: did you mean ${near}?`
      const mend = near === null ? removeKey(line, key) : renameKeyTo(line, key, near)
      findings.error(`The parameter ${quote(key)} is unknown${hint}`, line, mend)
    }
  }
  return parameters
}

/** A parameter's entries in the order in which they are tried. Never empty, even after an error. */
function readParameter(
  node: YamlNode,
  key: string,
  line: number,
  method: Method,
  findings: Findings,
): readonly FilteredValue[] {
  if (node.kind === 'map') {
    findings.error(
      `${key} is a single mapping with ${listInWords([...node.entries.keys()].slice(0, 3).map(quote))}, expected a list of them: put - before it.`,
      line,
    )
    return [{ filter: null, value: 0, line }]
  }
  if (node.kind === 'list' && node.items.some((item) => item.kind === 'map'))
    return readFilters(node, key, method, findings)
  return [{ filter: null, value: readValue(node, key, line, method, findings), line }]
}

function readFilters(node: YamlList, key: string, method: Method, findings: Findings): readonly FilteredValue[] {
  const values: FilteredValue[] = []
  for (const item of node.items) {
    if (item.kind === 'map') values.push(readFilter(item, key, method, findings))
    else
      findings.error(
        `${key} mixes ${describeNode(item)} with filters, expected filter and value in every entry.`,
        item.line,
      )
  }
  warnOfShadowed(values, key, findings)
  return values
}

function readFilter(item: YamlMap, key: string, method: Method, findings: Findings): FilteredValue {
  checkKeys(item, FILTER_KEYS, `an entry of ${key}`, findings)
  const filterEntry = item.entries.get('filter')
  let filter: string | null = null
  if (filterEntry !== undefined && !isNull(filterEntry.value)) {
    if (filterEntry.value.kind === 'scalar') filter = filterEntry.value.text
    else readText(filterEntry.value, `filter of ${key}`, filterEntry.line, findings)
  }
  if (filter !== null && filter !== filter.trim()) {
    findings.warning(
      `The filter ${quote(filter)} of ${key} has spaces at its ends, and no tensor's name has any: take them out.`,
      item.line,
      writeValue(filterEntry?.line ?? item.line, 'filter', filter.trim()),
    )
  }
  const value = item.entries.get('value')
  if (value === undefined) {
    findings.error(`An entry of ${key} has no value, expected a number or a list of numbers.`, item.line)
    return { filter, value: 0, line: item.line }
  }
  return { filter, value: readValue(value.value, key, value.line, method, findings), line: item.line }
}

/** @param line line of the key, for a value that has none of its own */
function readValue(node: YamlNode, key: string, line: number, method: Method, findings: Findings): Gradient {
  const facts = parameterFacts(method, key)
  if (facts?.kind === 'flag') return readFlag(node, key, findings) ?? 0
  const numbers: number[] = []
  for (const item of node.kind === 'list' ? node.items : [node]) {
    const number = readNumber(item, key, findings, 'a number or a list of numbers')
    if (number === null) continue
    numbers.push(number)
    const wrong = facts === null ? null : outOfBounds(facts, number)
    if (wrong !== null) findings.error(`${key} is ${number}, expected ${wrong}.`, item.line)
    if (key === 't' && method === 'nearswap' && number <= 0)
      findings.error(`t is ${number}, expected a number above 0: how near the two models have to be.`, item.line)
    if (key === 't' && method === 'slerp' && (number < 0 || number > 1)) {
      const message = `t is ${number}, outside 0 to 1: the result lies beyond ${number < 0 ? 'the base model' : 'the other model'}.`
      findings.warning(message, item.line)
    }
  }
  if (node.kind !== 'list') return numbers[0] ?? 0
  if (node.items.length === 0) findings.error(`${key} is an empty list, expected at least one number.`, line)
  return numbers
}

/** What is expected of a number that the method cannot take; null where it can. */
function outOfBounds({ kind, low, high }: ParameterFacts, number: number): string | null {
  const [least, most] = [low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY]
  const whole = kind !== 'count' || Number.isInteger(number)
  if (number >= least && number <= most && whole) return null
  const what = kind === 'count' ? 'a whole number' : 'a number'
  if (high === undefined) return `${what} from ${low} on`
  return `${what} from ${low} to ${high}`
}

/** The first filter that matches wins, so an entry is never used when what it matches is matched before it. */
function warnOfShadowed(values: readonly FilteredValue[], key: string, findings: Findings): void {
  if (values.length > MAX_COMPARED) return
  for (const [index, { filter, line }] of values.entries()) {
    const before = values.slice(0, index).find((earlier) => covers(earlier.filter, filter))
    if (before === undefined) continue
    const name = isCatchAll(filter) ? 'for all other tensors' : `for ${quote(filter ?? '')}`
    const reason = isCatchAll(before.filter)
      ? 'matches every tensor'
      : `(${quote(before.filter ?? '')}) matches all of its tensors`
    findings.warning(
      `The entry of ${key} ${name} is never used, because the one in line ${before.line} ${reason}: move it up.`,
      line,
    )
  }
}

/** True where every tensor that the later filter matches is matched by the earlier one. */
export function covers(earlier: string | null, later: string | null): boolean {
  return isCatchAll(earlier) || (!isCatchAll(later) && later !== null && earlier !== null && later.includes(earlier))
}

/** True of a filter that matches every tensor. */
export function isCatchAll(filter: string | null): boolean {
  return filter === null || filter === '*' || filter === ''
}
