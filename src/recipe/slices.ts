import { type Findings, quote } from './findings.ts'
import { checkKeys, MODEL_ENTRY_KEYS, SLICE_KEYS, SOURCE_KEYS } from './keys.ts'
import { readModelReference } from './model-reference.ts'
import { NO_PARAMETERS, readParameters } from './parameters.ts'
import type { Method, RecipeSlice, RecipeSource } from './recipe.ts'
import { describeNode } from './scalar.ts'
import { nearestWord } from './spelling.ts'
import { isNull, type YamlEntry, type YamlMap, type YamlNode } from './yaml.ts'

/** No model has more; keeps a slip of the finger from asking for billions of tensors. */
const MAX_LAYERS = 10_000
/** A linear merge of more would need more open folders than anybody has. */
const MAX_SOURCES = 256

/** Reads `models`: one slice whose sources span all layers. */
export function readModels(entry: YamlEntry, method: Method, findings: Findings): RecipeSlice[] {
  const sources: RecipeSource[] = []
  for (const item of listOf(entry, 'models', 'models, each as - model: NAME', findings)) {
    if (item.kind !== 'map') {
      const hint = item.kind === 'scalar' ? `: write - model: ${quote(item.text)}` : ''
      findings.error(`An entry of models is ${describeNode(item)}, expected a mapping with model${hint}.`, item.line)
      continue
    }
    checkKeys(item, MODEL_ENTRY_KEYS, 'an entry of models', findings)
    const model = readModel(item, findings)
    const parameters = readParameters(item.entries.get('parameters'), 'source', method, findings)
    if (model !== null) sources.push({ model, layerRange: null, parameters, line: item.line })
  }
  findTwice(sources, 'models', findings)
  return [{ sources, baseModel: null, parameters: NO_PARAMETERS, line: entry.line }]
}

/** Reads `slices`. */
export function readSlices(entry: YamlEntry, method: Method, findings: Findings): RecipeSlice[] {
  const slices: RecipeSlice[] = []
  for (const item of listOf(entry, 'slices', 'slices, each with sources', findings)) {
    if (item.kind === 'map') slices.push(readSlice(item, method, findings))
    else findings.error(`An entry of slices is ${describeNode(item)}, expected a mapping with sources.`, item.line)
  }
  return slices
}

function readSlice(node: YamlMap, method: Method, findings: Findings): RecipeSlice {
  checkKeys(node, SLICE_KEYS, 'a slice', findings)
  const sources: RecipeSource[] = []
  const entry = node.entries.get('sources')
  if (entry === undefined)
    findings.error('A slice has no sources, expected a list of models with layer_range.', node.line)
  else {
    for (const item of listOf(entry, 'sources', 'models with layer_range', findings)) {
      const source = readSource(item, method, findings)
      if (source !== null) sources.push(source)
    }
  }
  findTwice(sources, 'one slice', findings)
  findUnequalRanges(sources, findings)
  const base = node.entries.get('base_model')
  const baseModel =
    base === undefined || isNull(base.value) ? null : readModelReference(base.value, 'base_model', base.line, findings)
  const parameters = readParameters(node.entries.get('parameters'), 'slice', method, findings)
  return { sources, baseModel, parameters, line: node.line }
}

function readSource(node: YamlNode, method: Method, findings: Findings): RecipeSource | null {
  if (node.kind !== 'map') {
    findings.error(
      `An entry of sources is ${describeNode(node)}, expected a mapping with model and layer_range.`,
      node.line,
    )
    return null
  }
  checkKeys(node, SOURCE_KEYS, 'a source', findings)
  const model = readModel(node, findings)
  const range = node.entries.get('layer_range')
  const old = node.entries.has('start') || node.entries.has('end')
  if (range === undefined && !old) {
    findings.error('A source has no layer_range, expected [first layer, layer after the last].', node.line)
  }
  const layerRange = range === undefined ? null : readLayerRange(range, findings)
  const parameters = readParameters(node.entries.get('parameters'), 'source', method, findings)
  return model === null ? null : { model, layerRange, parameters, line: node.line }
}

function readModel(node: YamlMap, findings: Findings): string | null {
  const entry = node.entries.get('model')
  if (entry !== undefined) return readModelReference(entry.value, 'model', entry.line, findings)
  // A misspelt key was named already.
  const misspelt = [...node.entries.keys()].some((key) => nearestWord(key, ['model']) !== null)
  if (!misspelt) findings.error('model is missing in an entry, expected the name of a model.', node.line)
  return null
}

function readLayerRange(entry: YamlEntry, findings: Findings): readonly [number, number] | null {
  const { value, line } = entry
  const expected = 'expected two whole numbers, [first layer, layer after the last]'
  const items = value.kind === 'list' ? value.items : []
  const texts = items.map((item) => (item.kind === 'scalar' ? item.text : describeNode(item)))
  const found =
    value.kind === 'list' && items.length > 0 ? `[${texts.slice(0, 4).join(', ').slice(0, 60)}]` : describeNode(value)
  const [first, last] = texts.map(Number)
  const whole = texts.every((text) => /^[-+]?(?:0|[1-9][0-9]*)$/.test(text))
  if (texts.length !== 2 || !whole || first === undefined || last === undefined) {
    findings.error(`layer_range is ${found}, ${expected}.`, line)
  } else if (first < 0 || last < 0)
    findings.error(`layer_range is ${found}, which has a negative layer, ${expected}.`, line)
  else if (first > last) findings.error(`layer_range is ${found}, which ends before it begins, ${expected}.`, line)
  else if (first === last) findings.error(`layer_range is ${found}, which has no layer in it, ${expected}.`, line)
  else if (last > MAX_LAYERS) findings.error(`layer_range is ${found}, expected no layer beyond ${MAX_LAYERS}.`, line)
  else return [first, last]
  return null
}

function listOf(entry: YamlEntry, key: string, of: string, findings: Findings): readonly YamlNode[] {
  const { value, line } = entry
  const most = key === 'slices' ? MAX_LAYERS : MAX_SOURCES
  if (value.kind === 'list' && value.items.length > 0 && value.items.length <= most) return value.items
  const limit = value.kind === 'list' && value.items.length > 0 ? `at most ${most}` : `a list of ${of}`
  findings.error(`${key} is ${describeNode(value)}, expected ${limit}.`, line)
  return []
}

function findTwice(sources: readonly RecipeSource[], place: string, findings: Findings): void {
  for (const [index, { model, line }] of sources.entries()) {
    const first = sources.findIndex((source) => source.model === model)
    if (first === index) continue
    findings.error(`The model ${quote(model)} stands twice in ${place}, expected every model once.`, line)
  }
}

function findUnequalRanges(sources: readonly RecipeSource[], findings: Findings): void {
  const [first] = sources
  const length = first?.layerRange ? first.layerRange[1] - first.layerRange[0] : null
  for (const { model, layerRange, line } of sources) {
    if (layerRange === null || length === null || layerRange[1] - layerRange[0] === length) continue
    const message = `layer_range of ${quote(model)} has ${layerRange[1] - layerRange[0]} layers, expected ${length} as in the first source of the slice.`
    findings.error(message, line)
  }
}
