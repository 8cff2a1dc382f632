import { isMap, isSeq, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Edit } from './edit.ts'
import { setKey } from './edit-keys.ts'
import { removeLane } from './edit-lanes.ts'
import { removeKeys, stageDocument } from './edit-stages.ts'
import { formatGradient } from './gradient-edit.ts'
import { METHOD_FACTS } from './method-facts.ts'
import { isMethod } from './methods.ts'
import {
  columnOf,
  dashOf,
  endOf,
  lineEnd,
  NotEditable,
  pairOf,
  refuseShared,
  type SourceDocument,
  type Splice,
  scalarText,
  type YamlSource,
  yamlText,
} from './yaml-source.ts'

type Of<Kind extends Edit['kind']> = Extract<Edit, { readonly kind: Kind }>

/** What a model that is added gets of a parameter that its method cannot do without. */
const FIRST_VALUE = 0.5

/** A model more in a stage of whole models, last in its list. */
export function addSource(source: YamlSource, { stage, model }: Of<'add-source'>): readonly Splice[] {
  const document = stageDocument(source, stage)
  const list = modelsOf(document)
  if (list.items.some((item) => modelOf(item) === model)) throw new NotEditable(`The stage has "${model}" already.`)
  const method = scalarText(pairOf(document.root, 'merge_method')?.value) ?? ''
  const needed = isMethod(method) ? METHOD_FACTS[method].perModel.filter(({ default: value }) => value === null) : []
  const shared = pairOf(document.root, 'parameters')?.value
  const own = needed.filter(({ name }) => !(isMap(shared) && pairOf(shared, name) !== null))
  const values = own.map(({ name }) => `${name}: ${formatGradient(FIRST_VALUE)}`)
  const { text, newline } = source
  const last = list.items.at(-1)
  if (list.flow === true) {
    const parameters = values.length === 0 ? '' : `, parameters: {${values.join(', ')}}`
    return [{ from: endOf(last), to: endOf(last), text: `, {model: ${yamlText(model)}${parameters}}` }]
  }
  const indent = ' '.repeat(columnOf(text, dashOf(text, list.items[0])))
  const lines = [
    `${indent}- model: ${yamlText(model)}`,
    ...(values.length === 0 ? [] : [`${indent}  parameters:`, ...values.map((value) => `${indent}    ${value}`)]),
  ]
  const at = lineEnd(text, endOf(last))
  const written = lines.join(newline)
  return [{ from: at, to: at, text: text[at - 1] === '\n' ? written + newline : newline + written }]
}

/** A model less, with its parameters. */
export function removeSource(source: YamlSource, { stage, model }: Of<'remove-source'>): readonly Splice[] {
  const list = modelsOf(stageDocument(source, stage))
  const index = list.items.findIndex((item) => modelOf(item) === model)
  if (index < 0) throw new NotEditable(`The stage does not list "${model}".`)
  if (list.items.length === 1) throw new NotEditable(`"${model}" is the only model that the stage lists.`)
  return [removeLane(source, list, index)]
}

/** Another base, or none. */
export function setBase(source: YamlSource, { stage, model }: Of<'set-base'>): readonly Splice[] {
  const { root } = stageDocument(source, stage)
  if (model === null) return removeKeys(source, root, 'base_model')
  return [setKey(source, root, 'base_model', yamlText(model), ['name', 'merge_method'])]
}

function modelsOf(document: SourceDocument): YAMLSeq {
  const list = pairOf(document.root, 'models')?.value
  if (!isSeq(list) || list.items.length === 0) {
    throw new NotEditable('The stage takes layers of its models (slices): change its models in the text.')
  }
  refuseShared(document, [list])
  return list
}

function modelOf(item: unknown): string | null {
  let node: unknown = item
  // mergekit's dumper writes {model: {model: {path: NAME}}}.
  for (let depth = 0; depth < 4 && isMap(node); depth++)
    node = (pairOf(node as YAMLMap, 'model') ?? pairOf(node as YAMLMap, 'path'))?.value
  return scalarText(node)
}
