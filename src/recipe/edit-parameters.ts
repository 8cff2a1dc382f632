import { isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Edit, ParameterPlace } from './edit.ts'
import { addKey, colonAfter, INDENT, isBlock, pairEnd, setPairValue } from './edit-keys.ts'
import {
  catchAllIndex,
  flowLane,
  flowText,
  insertLane,
  laneAt,
  laneText,
  moveLane,
  refuseLane,
  removeLane,
  renameLane,
} from './edit-lanes.ts'
import { moduleMaps } from './edit-references.ts'
import { stageDocument } from './edit-stages.ts'
import { formatGradient, formatNumber } from './gradient-edit.ts'
import { isTextModule } from './modules.ts'
import type { Lane } from './presets.ts'
import type { Gradient } from './recipe.ts'
import {
  columnOf,
  dashOf,
  endOf,
  isEmptyValue,
  mapAt,
  NotEditable,
  pairOf,
  refuseShared,
  type SourceDocument,
  type Splice,
  scalarText,
  seqAt,
  startOf,
  type YamlSource,
} from './yaml-source.ts'

type LaneEdit = Extract<Edit, { readonly at: ParameterPlace }>

/** The splices of an edit of one parameter. */
export function editParameter(source: YamlSource, edit: LaneEdit): readonly Splice[] {
  const document = stageDocument(source, edit.at.stage)
  const owner = ownerOf(document, edit.at)
  const parameters = mapAt(owner, 'parameters')
  const pair = parameters === null ? null : pairOf(parameters, edit.at.parameter)
  refuseShared(document, [owner, parameters, pair?.value, ...(isSeq(pair?.value) ? pair.value.items : [])])
  if (parameters === null || pair === null || isEmptyValue(pair)) {
    return [addParameter(source, owner, parameters, edit)]
  }
  const lanes = lanesOf(pair)
  switch (edit.kind) {
    case 'set-lanes':
      return [replaceParameter(source, parameters, pair, edit.lanes)]
    case 'set-gradient':
      if (lanes === null)
        return edit.lane === 0 ? setNumbers(source, parameters, pair, edit.value) : refuseLane(edit.lane)
      return setLane(source, laneAt(lanes, edit.lane), edit.value)
    case 'add-lane':
      return lanes === null
        ? [splitPlain(source, parameters, pair, edit.lane)]
        : [insertLane(source, lanes, edit.lane, edit.before ?? catchAllIndex(lanes))]
    case 'replace-lane': {
      if (lanes === null)
        return edit.lane === 0 ? [replaceParameter(source, parameters, pair, edit.lanes)] : refuseLane(edit.lane)
      const old = laneAt(lanes, edit.lane)
      if (lanes.flow === true) {
        return [{ from: startOf(old), to: endOf(old), text: edit.lanes.map(flowLane).join(', ') }]
      }
      const added = edit.lanes.map((lane) => insertLane(source, lanes, lane, edit.lane))
      const text = added.map((each) => each.text).join('')
      return [{ from: added[0]?.from ?? 0, to: added[0]?.from ?? 0, text }, removeLane(source, lanes, edit.lane)]
    }
    case 'remove-lane':
      if (lanes === null || lanes.items.length < 2) {
        throw new NotEditable(`${edit.at.parameter} needs one entry at least: this is its last.`)
      }
      laneAt(lanes, edit.lane)
      return [removeLane(source, lanes, edit.lane)]
    case 'move-lane':
      if (lanes === null) return edit.lane === 0 && edit.to === 0 ? [] : refuseLane(Math.max(edit.lane, edit.to))
      laneAt(lanes, edit.lane)
      laneAt(lanes, edit.to)
      return [moveLane(source, lanes, edit.lane, edit.to)]
    case 'rename-lane':
      if (lanes === null) {
        if (edit.lane !== 0) return refuseLane(edit.lane)
        const lane = { filter: edit.filter, value: numbersOf(pair.value) }
        return edit.filter === null ? [] : [replaceParameter(source, parameters, pair, [lane])]
      }
      return renameLane(source, laneAt(lanes, edit.lane), edit.filter)
  }
}

/** The mapping that has (or gets) `parameters`: the document, a slice, or an entry of models or sources. */
function ownerOf({ root }: SourceDocument, { slice, source }: ParameterPlace): YAMLMap {
  const item = (list: YAMLSeq | null, index: number, name: string): YAMLMap => {
    const found = list?.items[index]
    if (!isMap(found)) throw new NotEditable(`The stage has no entry ${index + 1} under ${name} that could be changed.`)
    return found
  }
  const modules = [...moduleMaps(root)]
  const text = (modules.find(([name]) => isTextModule(name)) ?? (modules.length === 1 ? modules[0] : undefined))?.[1]
  const within = text ?? root
  // A module of whole models has one slice, whose parameters are the module's own.
  const ofModule = text !== undefined && pairOf(text, 'slices') === null
  const owner = slice === undefined ? root : ofModule ? text : item(seqAt(within, 'slices'), slice, 'slices')
  if (source === undefined) return owner
  return slice === undefined || ofModule
    ? item(seqAt(within, 'models'), source, 'models')
    : item(seqAt(owner, 'sources'), source, 'sources')
}

/** The list of lanes, or null for a plain number or list of numbers. */
function lanesOf(pair: Pair): YAMLSeq | null {
  const { value } = pair
  return isSeq(value) && value.items.some((item) => isMap(item)) ? value : null
}

function numbersOf(node: unknown): Gradient {
  if (isSeq(node)) return node.items.map((item) => Number(scalarText(item)))
  return Number(scalarText(node))
}

/** A new parameter, with a `parameters` of its own where there is none. */
function addParameter(source: YamlSource, owner: YAMLMap, parameters: YAMLMap | null, edit: LaneEdit): Splice {
  const lanes =
    edit.kind === 'set-lanes'
      ? edit.lanes
      : edit.kind === 'add-lane'
        ? [edit.lane]
        : edit.kind === 'set-gradient' && edit.lane === 0
          ? [{ filter: null, value: edit.value }]
          : refuseLane('lane' in edit && typeof edit.lane === 'number' ? edit.lane : 0)
  const name = edit.at.parameter
  const { newline } = source
  if (parameters !== null && parameters.items.length > 0) {
    const pair = pairOf(parameters, name)
    if (pair !== null) return replaceParameter(source, parameters, pair, lanes)
    const indent = columnOf(source.text, startOf(parameters.items[0]?.key))
    return addKey(source, parameters, name, valueText(source, lanes, isBlock(parameters), indent).trimStart())
  }
  const pair = pairOf(owner, 'parameters')
  const indent = owner.flow === true ? 0 : columnOf(source.text, startOf(owner.items[0]?.key)) + INDENT
  const value = valueText(source, lanes, owner.flow !== true, indent)
  if (owner.flow === true || isMap(pair?.value)) {
    const braces = `{${name}: ${flowText(lanes)}}`
    return pair === null ? addKey(source, owner, 'parameters', braces) : setPairValue(source, owner, pair, braces)
  }
  const block = `${newline}${' '.repeat(indent)}${name}:${value}`
  if (pair === null) {
    const added = addKey(source, owner, 'parameters', '\u0000')
    return { ...added, text: added.text.replace(' \u0000', block) }
  }
  const colon = colonAfter(source.text, pair)
  return { from: colon, to: colon, text: block }
}

function replaceParameter(source: YamlSource, parameters: YAMLMap, pair: Pair, lanes: readonly Lane[]): Splice {
  const inFlow = parameters.flow === true
  const colon = colonAfter(source.text, pair)
  const indent = inFlow ? 0 : columnOf(source.text, startOf(pair.key))
  return { from: colon, to: pairEnd(source.text, pair), text: valueText(source, lanes, !inFlow, indent) }
}

/** What stands behind the colon of a parameter: a plain value, or a list of lanes. @param indent of the parameter's key */
function valueText({ newline }: YamlSource, lanes: readonly Lane[], block: boolean, indent: number): string {
  const [only] = lanes
  if (only === undefined) throw new NotEditable('A parameter needs one entry at least.')
  if (!block || (lanes.length === 1 && only.filter === null)) return ` ${flowText(lanes)}`
  return lanes.map((lane) => newline + laneText(lane, ' '.repeat(indent + INDENT), newline)).join('')
}

function setLane(source: YamlSource, lane: YAMLMap, value: Gradient): readonly Splice[] {
  const pair = pairOf(lane, 'value')
  return pair === null ? [addKey(source, lane, 'value', formatGradient(value))] : setNumbers(source, lane, pair, value)
}

/** Gives a pair another number or list. Points that stay are not touched, nor is a list's way of being written. */
function setNumbers(source: YamlSource, map: YAMLMap, pair: Pair, value: Gradient): readonly Splice[] {
  const node = pair.value
  if (isSeq(node) && typeof value !== 'number') {
    const { items } = node
    if (items.length === value.length && items.every((item) => isScalar(item))) {
      return items.flatMap((item, i) => {
        const point = value[i] ?? 0
        if (Number(scalarText(item)) === point) return []
        return [{ from: startOf(item), to: endOf(item), text: formatNumber(point) }]
      })
    }
    if (node.flow !== true && items.length > 0) {
      const dash = dashOf(source.text, items[0])
      const indent = ' '.repeat(columnOf(source.text, dash))
      const lines = value.map((point) => `- ${formatNumber(point)}`)
      return [{ from: dash, to: endOf(node), text: lines.join(source.newline + indent) }]
    }
  }
  return [setPairValue(source, map, pair, formatGradient(value))]
}

/** A plain value becomes the last of two lanes; the new one stands before it. */
function splitPlain(source: YamlSource, parameters: YAMLMap, pair: Pair, lane: Lane): Splice {
  const { text, newline } = source
  const node = pair.value
  const old =
    isSeq(node) && node.flow !== true ? formatGradient(numbersOf(node)) : text.slice(startOf(node), endOf(node))
  const lanes = lane.filter === null ? [`value: ${old}`] : [null, `value: ${old}`]
  if (lane.filter === null)
    throw new NotEditable('There is an entry that matches everything already: give the new one a filter.')
  if (parameters.flow === true) {
    return { from: startOf(node), to: endOf(node), text: `[${flowLane(lane)}, {${lanes.at(-1)}}]` }
  }
  const indent = ' '.repeat(columnOf(text, startOf(pair.key)) + INDENT)
  const written = `${newline}${laneText(lane, indent, newline)}${newline}${indent}- ${lanes.at(-1)}`
  return { from: colonAfter(text, pair), to: endOf(node), text: written }
}
