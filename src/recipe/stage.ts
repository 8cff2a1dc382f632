import { readDType } from './dtype-name.ts'
import type { Findings } from './findings.ts'
import { checkKeys, DOCUMENT_KEYS } from './keys.ts'
import { checkMethod } from './method-rules.ts'
import { readMethod } from './methods.ts'
import { readModelReference } from './model-reference.ts'
import { readModules } from './modules.ts'
import { NO_PARAMETERS, readParameters } from './parameters.ts'
import type { RecipeSlice, RecipeStage } from './recipe.ts'
import { describeNode, readText } from './scalar.ts'
import { readModels, readSlices } from './slices.ts'
import { readChatTemplate, readVocabularyRule } from './vocabulary.ts'
import { isNull, type YamlEntry, type YamlMap, type YamlNode } from './yaml.ts'

/** Reads one document; null where it has no readable method or is no mapping. Later documents are read all the same. */
export function readStage(node: YamlNode, findings: Findings): RecipeStage | null {
  if (node.kind !== 'map') {
    findings.error(
      `The document is ${describeNode(node)}, expected a mapping with merge_method and models or slices.`,
      node.line,
    )
    return null
  }
  checkKeys(node, DOCUMENT_KEYS, 'a recipe', findings)
  const given = (key: string): YamlEntry | null => {
    const entry = node.entries.get(key)
    return entry === undefined || isNull(entry.value) ? null : entry
  }
  const text = (key: string): string | null => {
    const entry = given(key)
    return entry === null ? null : (readText(entry.value, key, entry.line, findings)?.trim() ?? null)
  }
  const dtype = (key: string) => {
    const entry = given(key)
    return entry === null ? null : readDType(entry.value, key, entry.line, findings)
  }
  const base = given('base_model')
  const stage = {
    name: text('name'),
    baseModel: base === null ? null : readModelReference(base.value, 'base_model', base.line, findings),
    dtype: dtype('dtype'),
    outDtype: dtype('out_dtype'),
    line: node.line,
  }
  const methodEntry = given('merge_method')
  if (methodEntry === null && !node.entries.has('method')) {
    findings.error(
      'merge_method is missing, expected slerp, linear, ties or another method that the help on methods lists.',
      node.line,
    )
  }
  const methodName = text('merge_method')
  const method = methodName === null ? null : readMethod(methodName, methodEntry?.line ?? node.line, findings)
  checkForm(
    node,
    ['models', 'slices', 'modules'].flatMap((key) => given(key) ?? []),
    findings,
  )
  if (method === null) return null

  const errorsBefore = findings.errorCount
  const models = given('models')
  const slicesEntry = given('slices')
  let slices: readonly RecipeSlice[] = []
  if (models !== null) slices = withBase(readModels(models, method, findings), stage.baseModel, base?.line)
  else if (slicesEntry !== null) slices = readSlices(slicesEntry, method, findings)
  const modulesEntry = given('modules')
  const modules = modulesEntry === null ? null : readModules(modulesEntry, method, findings)
  const whole = (list: readonly RecipeSlice[], are: boolean) =>
    are ? withBase(list, stage.baseModel, base?.line) : list
  if (modules !== null) slices = whole(modules.text.slices, modules.text.wholeModels)
  const others = modules?.others.map((each) => ({ ...each, slices: whole(each.slices, each.wholeModels) }))
  const isWhole = slices.length > 0 && findings.errorCount === errorsBefore
  const parameters = readParameters(node.entries.get('parameters'), 'recipe', method, findings)
  const vocabulary = readVocabularyRule(node, findings)
  const chatTemplate = readChatTemplate(node, findings)
  const result: RecipeStage = {
    ...stage,
    method,
    slices,
    parameters,
    wholeModels: models !== null || modules?.text.wholeModels === true,
    ...(others === undefined || others.length === 0 ? {} : { modules: others }),
    ...(vocabulary === null ? {} : { vocabulary }),
    ...(chatTemplate === null ? {} : { chatTemplate }),
  }
  // What a method demands can only be judged where all of the models were read.
  if (isWhole) checkMethod(result, findings)
  return result
}

function checkForm(node: YamlMap, forms: readonly YamlEntry[], findings: Findings): void {
  const [first, second] = forms
  if (first !== undefined && second !== undefined) {
    findings.error(`The document has both ${first.key} and ${second.key}, expected one of them.`, second.line)
  }
  const refused = [...DOCUMENT_KEYS.refused.keys()].some((key) => node.entries.has(key))
  if (first === undefined && !refused) {
    findings.error('The document has neither models nor slices, expected one of them.', node.line)
  }
}

/** mergekit adds a base model that is not among `models` as a source over all of its layers. */
function withBase(slices: readonly RecipeSlice[], base: string | null, line = 1): readonly RecipeSlice[] {
  return slices.map((slice) => {
    if (base === null || slice.sources.some((source) => source.model === base)) return slice
    return { ...slice, sources: [...slice.sources, { model: base, layerRange: null, parameters: NO_PARAMETERS, line }] }
  })
}
