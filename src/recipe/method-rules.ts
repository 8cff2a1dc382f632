import { type Findings, listInWords, quote } from './findings.ts'
import type { RecipeSlice, RecipeSource, RecipeStage } from './recipe.ts'

/** Finds what a method demands of a document and does not have. Needs no checkpoint. */
export function checkMethod(stage: RecipeStage, findings: Findings): void {
  const check = { slerp: checkSlerp, linear: checkLinear, passthrough: checkPassthrough }[stage.method]
  for (const slice of stage.slices) check(stage, slice, findings)
  for (const { slices, wholeModels } of stage.modules ?? [])
    for (const slice of slices) check({ ...stage, wholeModels }, slice, findings)
}

function checkSlerp(stage: RecipeStage, slice: RecipeSlice, findings: Findings): void {
  const base = slice.baseModel ?? stage.baseModel
  const models = slice.sources.map((source) => source.model)
  const found = `found ${listInWords(models.map(quote))}`
  const place = stage.wholeModels ? 'slerp' : 'A slerp slice'
  if (base === null) {
    findings.error(`base_model is missing: slerp needs it to know which model is t = 0, ${found}.`, slice.line)
  } else if (models.length !== 2) {
    findings.error(
      `${place} has ${models.length === 1 ? 'only one model' : `${models.length} models`}, expected exactly two with the base model, ${found}.`,
      slice.line,
    )
  } else if (!models.includes(base)) {
    findings.error(`base_model is ${quote(base)}, expected one of the two models of the slice, ${found}.`, slice.line)
  }
  if (!slice.parameters.has('t') && !stage.parameters.has('t')) {
    findings.error('t is missing: slerp needs it under parameters, as a number or a list of numbers.', slice.line)
  }
}

function checkLinear(stage: RecipeStage, slice: RecipeSlice, findings: Findings): void {
  if (slice.parameters.has('weight') || stage.parameters.has('weight')) return
  for (const source of slice.sources) {
    if (source.parameters.has('weight')) continue
    const model = `${quote(source.model)}${isAddedBase(stage, slice, source) ? ' (the base model, which is merged too)' : ''}`
    const expected = 'expected a number or a list of numbers under its parameters'
    findings.error(`weight is missing for the model ${model}, ${expected}.`, source.line)
  }
}

/** The base model of `models` that is not listed there stands last, on the line of `base_model`. */
function isAddedBase(stage: RecipeStage, slice: RecipeSlice, source: RecipeSource): boolean {
  return stage.wholeModels && source === slice.sources.at(-1) && source.model === stage.baseModel
}

function checkPassthrough(stage: RecipeStage, slice: RecipeSlice, findings: Findings): void {
  const { sources } = slice
  if (sources.length === 1) return
  const place = stage.wholeModels ? 'passthrough' : 'A passthrough slice'
  const found = listInWords(sources.map((source) => quote(source.model)))
  findings.error(`${place} has ${sources.length} models, expected exactly one, found ${found}.`, slice.line)
}
