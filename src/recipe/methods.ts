import { type Findings, listInWords, quote, writeValue } from './findings.ts'
import { METHODS, type Method } from './recipe.ts'
import { nearestWord } from './spelling.ts'

/** The parameters that a method reads. */
export interface MethodParameters {
  /** One value for the tensor, looked up in slice and recipe by the output tensor's name. */
  readonly shared: readonly string[]
  /** One value for each model, looked up in source, slice and recipe by the input tensor's name. */
  readonly perModel: readonly string[]
}

export const METHOD_PARAMETERS: Readonly<Record<Method, MethodParameters>> = {
  slerp: { shared: ['t'], perModel: [] },
  linear: { shared: ['normalize'], perModel: ['weight'] },
  passthrough: { shared: [], perModel: ['scale'] },
}

/** Methods of mergekit that are not built here. */
const OTHER_METHODS = [
  'ties',
  'dare_ties',
  'dare_linear',
  'task_arithmetic',
  'breadcrumbs',
  'breadcrumbs_ties',
  'della',
  'della_linear',
  'model_stock',
  'nuslerp',
  'multislerp',
  'karcher',
  'nearswap',
  'arcee_fusion',
  'sce',
  'ram',
  'lrp',
]

export function isMethod(name: string): name is Method {
  return METHODS.some((method) => method === name)
}

/** The method of that name, or null after an error. */
export function readMethod(name: string, line: number, findings: Findings): Method | null {
  if (isMethod(name)) return name
  const supported = listInWords(METHODS, 'or')
  if (OTHER_METHODS.includes(name)) {
    findings.error(`merge_method is ${name}, which is not supported yet, expected ${supported}.`, line)
    return null
  }
  const near = nearestWord(name, [...METHODS, ...OTHER_METHODS])
  const mend = near === null ? undefined : writeValue(line, 'merge_method', near)
  const hint = near === null ? '' : ` (did you mean ${near}?)`
  findings.error(`merge_method is ${quote(name)}, which is no known method, expected ${supported}${hint}.`, line, mend)
  return null
}
