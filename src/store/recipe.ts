import { labelled } from './history.ts'
import { replan } from './planning.ts'
import { useStudio } from './studio.ts'
import { parse, takenText } from './taken-text.ts'

/** Takes edited recipe text: parses it and plans anew. While it has errors, the last good recipe stays in use. */
export function setRecipeText(recipeText: string): void {
  useStudio.setState((studio) => takenText(studio, recipeText))
  replan()
}

/**
 * Imports a recipe. Text that is no recipe is not taken.
 * @returns why it was refused, a sentence an error; empty when it was taken
 */
export function importRecipe(text: string, recipeName = ''): readonly string[] {
  if (text.trim() === '') return ['There is no text: paste a recipe, or choose a file.']
  const parsed = parse(text)
  if (parsed.recipe === null) return parsed.problems.filter(({ severity }) => severity === 'error').map(inWords)
  const step = { recipeText: text, recipeName, parsed, recipe: parsed.recipe, chosen: new Map(), notice: null }
  labelled('import a recipe', () => useStudio.setState(step))
  replan()
  return []
}

/** Chooses by hand the opened folder of a model of the recipe; null leaves it to its name. */
export function chooseFolder(model: string, id: number | null): void {
  const { chosen, models } = useStudio.getState()
  const next = new Map(chosen)
  const folder = models.find((candidate) => candidate.id === id)
  if (folder === undefined) next.delete(model)
  else next.set(model, { id: folder.id, name: folder.name })
  labelled('choose a folder', () => useStudio.setState({ chosen: next }))
  replan()
}

function inWords({ line, message }: { readonly line?: number; readonly message: string }): string {
  return line === undefined ? message : `Line ${line}: ${message}`
}
