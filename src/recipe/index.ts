export { describeStage, modelLabel } from './describe.ts'
export { evaluateGradient, layerPosition } from './gradient.ts'
export { findParameter } from './lookup.ts'
export { isMethod, METHOD_PARAMETERS, type MethodParameters } from './methods.ts'
export { withoutRevision } from './model-reference.ts'
export { referencesOf } from './order.ts'
export { isCatchAll } from './parameters.ts'
export { type ParsedRecipe, parseRecipe } from './parse-recipe.ts'
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
} from './recipe.ts'
