import { type Findings, listInWords, quote } from './findings.ts'
import { METHOD_FACTS } from './method-facts.ts'
import type { MethodFacts } from './method-parameters.ts'
import type { RecipeSlice, RecipeSource, RecipeStage } from './recipe.ts'

/** Finds what a method demands of a document and does not have. Needs no checkpoint. */
export function checkMethod(stage: RecipeStage, findings: Findings): void {
  const facts = METHOD_FACTS[stage.method]
  const check = (part: RecipeStage, slice: RecipeSlice): void => {
    checkModels(part, slice, facts, findings)
    checkShared(part, slice, facts, findings)
    checkPerModel(part, slice, facts, findings)
  }
  for (const slice of stage.slices) check(stage, slice)
  for (const { slices, wholeModels } of stage.modules ?? [])
    for (const slice of slices) check({ ...stage, wholeModels }, slice)
}

/** The base model of a slice, and whether it stands beside the models that are merged. */
function baseOf(stage: RecipeStage, slice: RecipeSlice, facts: MethodFacts): string | null {
  const base = slice.baseModel ?? stage.baseModel
  return facts.base === 'optional' || facts.base === 'required' ? base : null
}

function checkModels(stage: RecipeStage, slice: RecipeSlice, facts: MethodFacts, findings: Findings): void {
  const { method } = stage
  const base = slice.baseModel ?? stage.baseModel
  const all = slice.sources.map((source) => source.model)
  const found = `found ${listInWords(all.map(quote))}`
  const place = stage.wholeModels ? method : `A ${method} slice`
  if (facts.base === 'end') {
    if (base === null) {
      const why = method === 'slerp' ? ' to know which model is t = 0' : ' to know which model is changed'
      findings.error(`base_model is missing: ${method} needs it${why}, ${found}.`, slice.line)
    } else if (all.length !== 2) {
      findings.error(
        `${place} has ${all.length === 1 ? 'only one model' : `${all.length} models`}, expected exactly two with the base model, ${found}.`,
        slice.line,
      )
    } else if (!all.includes(base)) {
      findings.error(`base_model is ${quote(base)}, expected one of the two models of the slice, ${found}.`, slice.line)
    }
    return
  }
  if (facts.base === 'required' && base === null) {
    findings.error(
      `base_model is missing: ${method} merges the models’ differences from it, expected the model they were made from, ${found}.`,
      slice.line,
    )
    return
  }
  const beside = baseOf(stage, slice, facts)
  if (beside !== null && !all.includes(beside)) {
    findings.error(
      `base_model is ${quote(beside)}, expected it among the sources of the slice too, with its layer_range, ${found}.`,
      slice.line,
    )
    return
  }
  const merged = all.filter((model) => model !== beside)
  const [least, most] = facts.models
  if (merged.length >= least && merged.length <= most) return
  const names = merged.length === 0 ? 'found none' : `found ${listInWords(merged.map(quote))}`
  const expected =
    least === most
      ? `expected exactly ${least === 1 ? 'one' : 'two'}`
      : `expected at least ${least === 1 ? 'one' : 'two'}`
  const count = merged.length === 1 ? 'only one model' : `${merged.length} models`
  findings.error(
    `${place} has ${count}${beside === null ? '' : ' beside the base model'}, ${expected}, ${names}.`,
    slice.line,
  )
}

function checkShared(stage: RecipeStage, slice: RecipeSlice, facts: MethodFacts, findings: Findings): void {
  for (const { name, default: value } of facts.shared) {
    if (value !== null || slice.parameters.has(name) || stage.parameters.has(name)) continue
    findings.error(
      `${name} is missing: ${stage.method} needs it under parameters, as a number or a list of numbers.`,
      slice.line,
    )
  }
}

function checkPerModel(stage: RecipeStage, slice: RecipeSlice, facts: MethodFacts, findings: Findings): void {
  const beside = baseOf(stage, slice, facts)
  for (const { name, default: value } of facts.perModel) {
    if (value !== null || slice.parameters.has(name) || stage.parameters.has(name)) continue
    for (const source of slice.sources) {
      if (source.model === beside || source.parameters.has(name)) continue
      const added = isAddedBase(stage, slice, source) ? ' (the base model, which is merged too)' : ''
      const expected = 'expected a number or a list of numbers under its parameters'
      findings.error(`${name} is missing for the model ${quote(source.model)}${added}, ${expected}.`, source.line)
    }
  }
}

/** The base model of `models` that is not listed there stands last, on the line of `base_model`. */
function isAddedBase(stage: RecipeStage, slice: RecipeSlice, source: RecipeSource): boolean {
  return stage.wholeModels && source === slice.sources.at(-1) && source.model === stage.baseModel
}
