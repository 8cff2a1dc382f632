import { convertRecipe } from '../recipe/convert.ts'
import { showCard } from './card.ts'
import { labelled } from './history.ts'
import { MERGING, refusedWhileMerging } from './merging.ts'
import { replan } from './planning.ts'
import { type CardEdits, NO_CARD_EDITS, useStudio } from './studio.ts'
import { parse, takenText } from './taken-text.ts'

/** Takes edited recipe text: parses it and plans anew. While it has errors, the last good recipe stays in use. */
export function setRecipeText(recipeText: string): void {
  useStudio.setState((studio) => takenText(studio, recipeText))
  replan()
}

/**
 * Imports a recipe; what was written for the card of the one before goes with it. One of another tool, or a model card with one, is converted, and that is told. Text that is no recipe is not taken.
 * @returns why it was refused, a sentence an error; empty when it was taken
 */
export function importRecipe(text: string, recipeName = '', card: CardEdits = NO_CARD_EDITS): readonly string[] {
  if (text.trim() === '') return ['There is no text: paste a recipe, or choose a file.']
  if (useStudio.getState().run.phase === 'running') return [MERGING]
  const converted = convertRecipe(text)
  if (converted !== null && 'problem' in converted) return [converted.problem]
  const recipeText = converted?.text ?? text
  const parsed = parse(recipeText)
  if (parsed.recipe === null) {
    const errors = parsed.problems.filter(({ severity }) => severity === 'error')
    return errors.map((problem) => inWords(problem, converted === null ? 0 : (converted.before ?? null)))
  }
  const told = converted === null ? null : inOneSentence(converted.notes)
  const settings = { ...useStudio.getState().settings, card }
  const step = {
    settings,
    recipeText,
    recipeName,
    parsed,
    recipe: parsed.recipe,
    chosen: new Map(),
    notice: null,
    told,
  }
  labelled('import a recipe', () => useStudio.setState(step))
  replan()
  return []
}

/** Chooses by hand the opened folder of a model of the recipe; null leaves it to its name. */
export function chooseFolder(model: string, id: number | null): void {
  if (refusedWhileMerging()) return
  const { chosen, models } = useStudio.getState()
  const next = new Map(chosen)
  const folder = models.find((candidate) => candidate.id === id)
  if (folder === undefined) next.delete(model)
  else next.set(model, { id: folder.id, name: folder.name })
  labelled('choose a folder', () => useStudio.setState({ chosen: next }))
  replan()
}

/** Names the recipe; no name is `''`. Typing is one step of undo. */
export function nameRecipe(recipeName: string): void {
  if (refusedWhileMerging()) return
  labelled('name the recipe', () => useStudio.setState({ recipeName }), 'name')
  showCard()
}

/** @param before lines of what was imported before those of the text; null where they don't correspond */
function inWords({ line, message }: { readonly line?: number; readonly message: string }, before: number | null) {
  if (line === undefined) return message
  return before === null ? `Line ${line} after the conversion: ${message}` : `Line ${line + before}: ${message}`
}

/** The first note; the text's head has all of them where it was written anew. */
function inOneSentence([first = '', second]: readonly string[]): string {
  if (second === undefined) return first
  return first.includes('model card') ? `${first} ${second}` : `${first} The head of the text says more.`
}
