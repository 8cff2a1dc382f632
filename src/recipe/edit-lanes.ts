import { isMap, type YAMLMap, type YAMLSeq } from 'yaml'
import { removePair, setPairValue } from './edit-keys.ts'
import { formatGradient } from './gradient-edit.ts'
import type { Lane } from './presets.ts'
import {
  columnOf,
  dashOf,
  endOf,
  lineEnd,
  lineStart,
  NotEditable,
  pairOf,
  type Splice,
  scalarText,
  startOf,
  type YamlSource,
  yamlText,
} from './yaml-source.ts'

export function laneAt(lanes: YAMLSeq, index: number): YAMLMap {
  const lane = lanes.items[index]
  return isMap(lane) ? lane : refuseLane(index)
}

export function refuseLane(lane: number): never {
  throw new NotEditable(`The parameter has no entry ${lane + 1}.`)
}

export function catchAllIndex(lanes: YAMLSeq): number {
  const index = lanes.items.findIndex((item) => {
    const filter = isMap(item) ? scalarText(pairOf(item, 'filter')?.value) : null
    return filter === null || filter === '*'
  })
  return index < 0 ? lanes.items.length : index
}

export function insertLane(source: YamlSource, lanes: YAMLSeq, lane: Lane, before: number): Splice {
  const { text, newline } = source
  const next = lanes.items[before]
  const last = lanes.items.at(-1)
  if (lanes.flow === true) {
    if (next !== undefined) return { from: startOf(next), to: startOf(next), text: `${flowLane(lane)}, ` }
    return { from: endOf(last), to: endOf(last), text: `, ${flowLane(lane)}` }
  }
  const indent = ' '.repeat(columnOf(text, dashOf(text, lanes.items[0])))
  const written = laneText(lane, indent, newline)
  if (next !== undefined) {
    const at = lineStart(text, dashOf(text, next))
    return { from: at, to: at, text: written + newline }
  }
  const at = lineEnd(text, endOf(last))
  return { from: at, to: at, text: text[at - 1] === '\n' ? written + newline : newline + written }
}

export function removeLane(source: YamlSource, lanes: YAMLSeq, index: number): Splice {
  const { text } = source
  const [item, before, next] = [lanes.items[index], lanes.items[index - 1], lanes.items[index + 1]]
  if (lanes.flow === true) {
    if (next !== undefined) return { from: startOf(item), to: startOf(next), text: '' }
    return { from: endOf(before), to: endOf(item), text: '' }
  }
  return { from: lineStart(text, dashOf(text, item)), to: lineEnd(text, endOf(item)), text: '' }
}

/** The lanes between the two places are written anew in their new order, each with the comment lines above it. */
export function moveLane(source: YamlSource, lanes: YAMLSeq, from: number, to: number): Splice {
  const { text, newline } = source
  const order = lanes.items.map((_, i) => i)
  order.splice(to, 0, ...order.splice(from, 1))
  if (lanes.flow === true) {
    const pieces = order.map((i) => text.slice(startOf(lanes.items[i]), endOf(lanes.items[i])))
    return { from: startOf(lanes.items[0]), to: endOf(lanes.items.at(-1)), text: pieces.join(', ') }
  }
  const ends = lanes.items.map((item) => lineEnd(text, endOf(item)))
  const starts = lanes.items.map((item, i) => ends[i - 1] ?? lineStart(text, dashOf(text, item)))
  const pieces = order.map((i) => text.slice(starts[i], ends[i]))
  const end = ends.at(-1) ?? 0
  const broken = text[end - 1] === '\n'
  const whole = pieces.map((piece) => (piece.endsWith('\n') ? piece : piece + newline)).join('')
  return { from: starts[0] ?? 0, to: end, text: broken ? whole : whole.slice(0, -newline.length) }
}

export function renameLane(source: YamlSource, lane: YAMLMap, filter: string | null): readonly Splice[] {
  const pair = pairOf(lane, 'filter')
  if (filter === null) return pair === null ? [] : [removePair(source, lane, pair)]
  if (pair !== null) return [setPairValue(source, lane, pair, yamlText(filter))]
  const first = startOf(lane.items[0]?.key)
  const between = lane.flow === true ? ', ' : source.newline + ' '.repeat(columnOf(source.text, first))
  return [{ from: first, to: first, text: `filter: ${yamlText(filter)}${between}` }]
}

export function flowText(lanes: readonly Lane[]): string {
  const [only] = lanes
  if (lanes.length === 1 && only !== undefined && only.filter === null) return formatGradient(only.value)
  return `[${lanes.map(flowLane).join(', ')}]`
}

export function flowLane({ filter, value }: Lane): string {
  return `{${filter === null ? '' : `filter: ${yamlText(filter)}, `}value: ${formatGradient(value)}}`
}

/** A lane of a block list, without a line break at its end. */
export function laneText({ filter, value }: Lane, indent: string, newline: string): string {
  const written = formatGradient(value)
  return filter === null
    ? `${indent}- value: ${written}`
    : `${indent}- filter: ${yamlText(filter)}${newline}${indent}  value: ${written}`
}
