import { endStep } from '../store/history.ts'
import { nameRecipe } from '../store/recipe.ts'
import { cleanName, MAX_NAME } from '../store/recipe-name.ts'
import { useStudio } from '../store/studio.ts'
import { MERGING_NOTE } from './running-note.tsx'

/** What the recipe is called: entries of the history, exported files and the model card's title follow it. */
export function RecipeName() {
  const name = useStudio((studio) => studio.recipeName)
  const empty = useStudio((studio) => studio.recipeText.trim() === '')
  const running = useStudio((studio) => studio.run.phase === 'running')
  if (empty) return null
  return (
    <input
      type="text"
      className="recipe-name"
      aria-label="Recipe name"
      aria-describedby={running ? MERGING_NOTE : undefined}
      title="Names entries of the history, exported files and the model card"
      placeholder="Untitled recipe"
      autoComplete="off"
      spellCheck={false}
      maxLength={MAX_NAME}
      readOnly={running}
      value={name}
      onChange={(event) => nameRecipe(cleanName(event.target.value))}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur()
      }}
      onBlur={endStep}
    />
  )
}
