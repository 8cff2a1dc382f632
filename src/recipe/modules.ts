import type { Findings } from './findings.ts'
import { listInWords, quote } from './findings.ts'
import { checkKeys, MODULE_KEYS } from './keys.ts'
import { readParameters } from './parameters.ts'
import type { Method, Parameters, RecipeModule, RecipeSlice } from './recipe.ts'
import { describeNode } from './scalar.ts'
import { readModels, readSlices } from './slices.ts'
import { isTower } from './tensor-name.ts'
import { isNull, type YamlEntry, type YamlMap } from './yaml.ts'

/** Names that the text model has in recipes; mergekit says `text_decoder`, and `default` of a model that is nothing else. */
const TEXT_NAMES: readonly string[] = ['text_decoder', 'language_model', 'text_model', 'decoder', 'llm', 'default']

export interface ReadModules {
  readonly text: RecipeModule
  readonly others: readonly RecipeModule[]
}

export function isTextModule(name: string): boolean {
  return TEXT_NAMES.includes(name)
}

/** Reads `modules`: a mapping of names, each with `models` or `slices`, and `parameters` that hold for the module. */
export function readModules(entry: YamlEntry, method: Method, findings: Findings): ReadModules | null {
  const { value, line } = entry
  if (value.kind !== 'map' || value.entries.size === 0) {
    findings.error(
      `modules is ${describeNode(value)}, expected a mapping of parts of the model, such as text_decoder and vision_tower, each with models or slices.`,
      line,
    )
    return null
  }
  const modules = [...value.entries.values()].flatMap((each) => readModule(each, method, findings))
  // A single part is the model itself, whatever it is called.
  const texts = modules.filter(({ name }) => isTextModule(name) || (modules.length === 1 && !isTower(`${name}.`)))
  const [text, second] = texts
  if (modules.length < value.entries.size) return null
  if (text === undefined) {
    findings.error(
      `modules has ${listInWords(modules.map(({ name }) => quote(name)))} and no part for the text model: add text_decoder, with models or slices.`,
      line,
    )
    return null
  }
  if (second !== undefined) {
    findings.error(
      `modules has ${quote(text.name)} and ${quote(second.name)}, which both mean the text model: leave one of them.`,
      second.line,
    )
    return null
  }
  return { text, others: modules.filter((module) => module !== text) }
}

function readModule({ key: name, value, line }: YamlEntry, method: Method, findings: Findings): RecipeModule[] {
  if (value.kind !== 'map') {
    findings.error(
      `The module ${quote(name)} is ${describeNode(value)}, expected a mapping with models or slices.`,
      line,
    )
    return []
  }
  checkKeys(value, MODULE_KEYS, `the module ${quote(name)}`, findings)
  const [models, slices] = [given(value, 'models'), given(value, 'slices')]
  if ((models === null) === (slices === null)) {
    findings.error(
      `The module ${quote(name)} has ${models === null ? 'neither models nor' : 'both models and'} slices, expected one of them.`,
      line,
    )
    return []
  }
  const parameters = readParameters(value.entries.get('parameters'), 'slice', method, findings)
  const read =
    models !== null ? readModels(models, method, findings) : readSlices(slices as YamlEntry, method, findings)
  return [{ name, slices: read.map((slice) => within(slice, parameters)), wholeModels: models !== null, line }]
}

/** A slice asks itself first, then its module: an entry that matches nothing leaves the question to the next. */
function within(slice: RecipeSlice, module: Parameters): RecipeSlice {
  const names = new Set([...slice.parameters.keys(), ...module.keys()])
  const joined = [...names].map(
    (name) => [name, [...(slice.parameters.get(name) ?? []), ...(module.get(name) ?? [])]] as const,
  )
  return { ...slice, parameters: new Map(joined) }
}

function given(map: YamlMap, key: string): YamlEntry | null {
  const entry = map.entries.get(key)
  return entry === undefined || isNull(entry.value) ? null : entry
}
