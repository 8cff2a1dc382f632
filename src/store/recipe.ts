import { type ParsedRecipe, parseRecipe } from '../recipe/parse-recipe.ts'
import { replan } from './planning.ts'
import { useStudio } from './studio.ts'

/** Takes edited recipe text: parses it and plans anew. */
export function setRecipeText(recipeText: string): void {
  useStudio.setState({ recipeText, parsed: parse(recipeText) })
  replan()
}

/**
 * Imports a recipe. Text that is no recipe is not taken.
 * @returns why it was refused, a sentence an error; empty when it was taken
 */
export function importRecipe(text: string): readonly string[] {
  if (text.trim() === '') return ['There is no text: paste a recipe, or choose a file.']
  const parsed = parse(text)
  if (parsed.recipe === null) return parsed.problems.filter(({ severity }) => severity === 'error').map(inWords)
  useStudio.setState({ recipeText: text, parsed, chosen: new Map(), notice: null })
  replan()
  return []
}

/** Chooses by hand the opened folder of a model of the recipe; null leaves it to its name. */
export function chooseFolder(model: string, id: number | null): void {
  useStudio.setState(({ chosen, models }) => {
    const next = new Map(chosen)
    const folder = models.find((candidate) => candidate.id === id)
    if (folder === undefined) next.delete(model)
    else next.set(model, { id: folder.id, name: folder.name })
    return { chosen: next }
  })
  replan()
}

function parse(text: string): ParsedRecipe {
  return text.trim() === '' ? { recipe: null, problems: [] } : parseRecipe(text)
}

function inWords({ line, message }: { readonly line?: number; readonly message: string }): string {
  return line === undefined ? message : `Line ${line}: ${message}`
}
