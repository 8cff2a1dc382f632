import { isMap, isScalar, type Pair, type YAMLMap } from 'yaml'
import {
  columnOf,
  endOf,
  isEmptyValue,
  keyText,
  lineEnd,
  lineStart,
  pairOf,
  type Splice,
  startOf,
  type YamlSource,
} from './yaml-source.ts'

/** How deep a block mapping of a new key is indented below its parent. */
export const INDENT = 2

/** Gives a key another value (a scalar or a flow collection as it is to stand in the text); adds the key where it is missing. */
export function setKey(
  source: YamlSource,
  map: YAMLMap,
  key: string,
  value: string,
  after?: readonly string[],
): Splice {
  const pair = pairOf(map, key)
  return pair === null ? addKey(source, map, key, value, after) : setPairValue(source, map, pair, value)
}

/** Replaces the value of a pair by one that stands on the line of its key. */
export function setPairValue(source: YamlSource, map: YAMLMap, pair: Pair, value: string): Splice {
  const { text } = source
  if (isEmptyValue(pair)) {
    const colon = colonAfter(text, pair)
    return { from: colon, to: colon, text: ` ${value}` }
  }
  const [from, to] = [startOf(pair.value), endOf(pair.value)]
  const block = isBlockCollection(pair.value)
  // Only a value on the key's own line can be replaced where it stands.
  if (block && map.flow !== true) return { from: colonAfter(text, pair), to, text: ` ${value}` }
  return { from, to, text: value }
}

/** @param after the new key stands behind the last of these that is there, else behind all */
export function addKey(
  source: YamlSource,
  map: YAMLMap,
  key: string,
  value: string,
  after?: readonly string[],
): Splice {
  const { text, newline } = source
  const last = map.items.findLast((pair) => after?.includes(keyText(pair)) === true) ?? map.items.at(-1)
  if (map.flow === true) {
    const end = last === undefined ? startOf(map) + 1 : pairEnd(text, last)
    return { from: end, to: end, text: `${last === undefined ? '' : ', '}${key}: ${value}` }
  }
  if (last === undefined) throw new Error('a block mapping has a key')
  const end = pairEnd(text, last)
  const at = lineEnd(text, end)
  const indent = ' '.repeat(columnOf(text, startOf(map.items[0]?.key)))
  const broken = at > 0 && text[at - 1] === '\n'
  return {
    from: at,
    to: at,
    text: broken ? `${indent}${key}: ${value}${newline}` : `${newline}${indent}${key}: ${value}`,
  }
}

/** Takes a pair out, with its line where it has lines of its own; a comment behind it goes too. */
export function removePair(source: YamlSource, map: YAMLMap, pair: Pair): Splice {
  const { text } = source
  const index = map.items.indexOf(pair)
  const [from, end] = [startOf(pair.key), pairEnd(text, pair)]
  const [before, next] = [map.items[index - 1], map.items[index + 1]]
  if (map.flow === true) {
    if (next !== undefined) return { from, to: startOf(next.key), text: '' }
    return before === undefined ? { from, to: end, text: '' } : { from: pairEnd(text, before), to: end, text: '' }
  }
  if (next === undefined && before === undefined) return { from, to: end, text: '{}' }
  const start = lineStart(text, from)
  const ownLine = text.slice(start, from).trim() === ''
  if (!ownLine && next !== undefined) return { from, to: startOf(next.key), text: '' }
  return { from: start, to: lineEnd(text, end), text: '' }
}

export function pairEnd(text: string, pair: Pair): number {
  return isEmptyValue(pair) ? colonAfter(text, pair) : endOf(pair.value)
}

/** Offset behind the colon of a pair. */
export function colonAfter(text: string, pair: Pair): number {
  const key = endOf(pair.key)
  const colon = text.indexOf(':', key)
  return colon < 0 ? key : colon + 1
}

function isBlockCollection(node: unknown): boolean {
  return (
    node !== null &&
    !isScalar(node) &&
    typeof node === 'object' &&
    'items' in node &&
    !('flow' in node && node.flow === true)
  )
}

/** True of a mapping written without braces. */
export function isBlock(map: unknown): boolean {
  return isMap(map) && map.flow !== true
}
