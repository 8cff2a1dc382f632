import { type ParsedRecipe, parseRecipe } from '../recipe/parse-recipe.ts'
import type { Studio } from './studio.ts'

/** What a recipe's text changes in the state. While it has errors, the last good recipe stays in use. */
export function takenText(
  studio: Pick<Studio, 'recipe'>,
  recipeText: string,
): Pick<Studio, 'recipeText' | 'parsed' | 'recipe'> {
  const parsed = parse(recipeText)
  return { recipeText, parsed, recipe: recipeText.trim() === '' ? null : (parsed.recipe ?? studio.recipe) }
}

/** No text is no recipe, and no fault either. */
export function parse(text: string): ParsedRecipe {
  return text.trim() === '' ? { recipe: null, problems: [] } : parseRecipe(text)
}
