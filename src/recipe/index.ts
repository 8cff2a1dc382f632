// The recipe as text and as meaning. A page keeps the text alone: it parses it, shows what it means, and changes it by edits.

// Text to meaning, and back by changes in place.
export { applyEdit, applyEdits } from './apply-edit.ts'
export { type Converted, convertRecipe } from './convert.ts'
// What a recipe is.
export { describeStage, modelLabel } from './describe.ts'
// From a gradient to the t of every tensor, by dialect.
export {
  DEFAULT_DIALECT,
  DIALECT_WORDS,
  DIALECTS,
  type Dialect,
  type Interpolation,
  interpolationOf,
  isDialect,
  type ListPlace,
  type Place,
  tensorT,
} from './dialect.ts'
export type { Edit, Edited, ParameterPlace } from './edit.ts'
export { type Exported, exportForMergekit } from './export.ts'
export type { Mend } from './findings.ts'
export { evaluateGradient, layerPosition } from './gradient.ts'
// Gradients changed by hand: pure functions, whose results go into `set-gradient` and `set-lanes`.
export {
  changePoints,
  formatGradient,
  formatNumber,
  gradientOf,
  insertPoint,
  mirror,
  movePoint,
  type PointOperation,
  parseGradient,
  pointsOf,
  removePoint,
  resample,
  swapEnds,
} from './gradient-edit.ts'
export { type Finding, lint } from './lint.ts'
export { findParameter } from './lookup.ts'
export { isMethod, METHOD_PARAMETERS, type MethodParameters } from './methods.ts'
export { withoutRevision } from './model-reference.ts'
export { referencesOf } from './order.ts'
export { isCatchAll } from './parameters.ts'
export { type ParsedRecipe, parseRecipe } from './parse-recipe.ts'
export { type Lane, PRESETS, type Preset, scalePreset } from './presets.ts'
export {
  type FilteredValue,
  type Gradient,
  METHODS,
  type Method,
  type Parameters,
  type Recipe,
  type RecipeSlice,
  type RecipeSource,
  type RecipeStage,
  type RecipeVocabulary,
  type TokenRule,
} from './recipe.ts'
export { dialectDifference, stageT, type TDifference, type TensorT } from './stage-t.ts'
export { LZLV_MODELS, type LzlvSlots, lzlvTemplate } from './template.ts'
export { tensorEdit } from './tensor-edit.ts'
export { inListOrder } from './tensor-name.ts'
