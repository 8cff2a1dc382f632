import { createStore, del, entries, set, type UseStore } from 'idb-keyval'
import { importRecipe, nameRecipe } from './recipe.ts'
import { type CardEdits, NO_CARD_EDITS, notify, useStudio } from './studio.ts'

/** A recipe kept in this browser under a name. */
export interface SavedRecipe {
  readonly id: string
  /** `''` where it had none when the page kept it. */
  readonly name: string
  readonly text: string
  /** What was written for its model card; older entries have none. */
  readonly card?: CardEdits
  /** Milliseconds since 1970. */
  readonly savedAt: number
  /** Kept by the page itself, before something else took the recipe's place. */
  readonly automatic: boolean
}

/** How a recipe is listed that was kept before it had a name. */
export const UNNAMED = 'Before an import'

/** Recipes that the page keeps by itself. */
const MAX_AUTOMATIC = 20

let store: UseStore | null = null

function savedStore(): UseStore {
  store ??= createStore('slerp-studio-recipes', 'recipes')
  return store
}

/** What was kept, the latest first. Empty where the browser keeps nothing. */
export async function savedRecipes(): Promise<readonly SavedRecipe[]> {
  try {
    const kept = await entries<string, SavedRecipe>(savedStore())
    return kept.map(([, recipe]) => recipe).toSorted((a, b) => b.savedAt - a.savedAt)
  } catch {
    return []
  }
}

/** Keeps the present recipe under a name, and calls it so. */
export async function saveRecipe(name: string): Promise<void> {
  const { recipeText, settings } = useStudio.getState()
  try {
    await keep({ name, text: recipeText, card: settings.card, automatic: false })
    nameRecipe(name)
  } catch (cause) {
    notify(cause)
  }
}

export async function deleteRecipe(id: string): Promise<void> {
  try {
    await del(id, savedStore())
  } catch (cause) {
    notify(cause)
  }
}

/** Takes a kept recipe; the present one is kept first, unless it is kept already. */
export async function restoreRecipe({ name, text, card }: SavedRecipe): Promise<void> {
  await replaceRecipe(text, name === UNNAMED ? '' : name, card)
}

/** Imports a recipe in the place of the present one, which is kept. @returns why it was refused; empty when it was taken */
export async function replaceRecipe(
  text: string,
  name = '',
  card: CardEdits = NO_CARD_EDITS,
): Promise<readonly string[]> {
  const { recipeText, recipeName, settings } = useStudio.getState()
  const refused = importRecipe(text, name, card)
  if (refused.length === 0)
    await keepBefore({ text: recipeText, name: recipeName, card: settings.card }, useStudio.getState().recipeText)
  return refused
}

/** Whether the present recipe would be lost by another that takes its place: there is one, and it is kept under no name. */
export async function isUnsaved(): Promise<boolean> {
  const { recipeText } = useStudio.getState()
  if (recipeText.trim() === '') return false
  return !(await savedRecipes()).some(({ text }) => text === recipeText)
}

async function keepBefore(before: Pick<SavedRecipe, 'text' | 'name' | 'card'>, next: string): Promise<void> {
  const { text } = before
  if (text.trim() === '' || text === next) return
  const kept = await savedRecipes()
  if (kept.some((recipe) => recipe.text === text)) return
  try {
    await keep({ ...before, automatic: true })
    const old = kept.filter(({ automatic }) => automatic).slice(MAX_AUTOMATIC - 1)
    for (const { id } of old) await del(id, savedStore())
  } catch {
    // A browser that keeps nothing still has undo.
  }
}

async function keep(recipe: Omit<SavedRecipe, 'id' | 'savedAt'>): Promise<void> {
  const id = crypto.randomUUID()
  await set(id, { ...recipe, id, savedAt: Date.now() }, savedStore())
}
