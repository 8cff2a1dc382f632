import { type Findings, quote, writeValue } from './findings.ts'
import { METHOD_FACTS } from './method-facts.ts'
import type { ParameterFacts } from './method-parameters.ts'
import { METHODS, type Method } from './recipe.ts'
import { nearestWord } from './spelling.ts'

/** The parameters that a method reads. */
export interface MethodParameters {
  /** One value for the tensor, looked up in slice and recipe by the output tensor's name. */
  readonly shared: readonly string[]
  /** One value for each model, looked up in source, slice and recipe by the input tensor's name. */
  readonly perModel: readonly string[]
}

const names = (parameters: readonly ParameterFacts[]): string[] => parameters.map(({ name }) => name)

export const METHOD_PARAMETERS = Object.fromEntries(
  METHODS.map((method) => {
    const { shared, perModel } = METHOD_FACTS[method]
    return [method, { shared: names(shared), perModel: names(perModel) }]
  }),
) as unknown as Readonly<Record<Method, MethodParameters>>

/** Methods of mergekit that are not built here. */
const OTHER_METHODS = ['lrp', 'core_space', 'cabs', 'pcb']

/** What the sentence names; the list of all of them is in the page's help. */
const EXPECTED = 'expected slerp, linear, ties or another method that the help on methods lists'

export function isMethod(name: string): name is Method {
  return METHODS.some((method) => method === name)
}

/** What is known of a method's parameter; null where the method reads none of that name. */
export function parameterFacts(method: Method, name: string): ParameterFacts | null {
  const { shared, perModel } = METHOD_FACTS[method]
  return [...shared, ...perModel].find((parameter) => parameter.name === name) ?? null
}

/** The method of that name, or null after an error. */
export function readMethod(name: string, line: number, findings: Findings): Method | null {
  if (isMethod(name)) return name
  if (OTHER_METHODS.includes(name)) {
    findings.error(`merge_method is ${name}, which is not supported yet, ${EXPECTED}.`, line)
    return null
  }
  const near = nearestWord(name, [...METHODS, ...OTHER_METHODS])
  const mend = near === null ? undefined : writeValue(line, 'merge_method', near)
  const hint = near === null ? '' : ` (did you mean ${near}?)`
  findings.error(`merge_method is ${quote(name)}, which is no known method, ${EXPECTED}${hint}.`, line, mend)
  return null
}
