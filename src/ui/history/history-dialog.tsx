import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react'
import {
  deleteRecipe,
  restoreRecipe,
  type SavedRecipe,
  savedRecipes,
  saveRecipe,
  UNNAMED,
} from '../../store/history-saved.ts'
import { MERGING } from '../../store/merging.ts'
import { useStudio } from '../../store/studio.ts'
import { plural } from '../format.ts'

/** Recipes kept in this browser: save the present one under a name, take one back, delete one. */
export function HistoryDialog({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const text = useStudio((studio) => studio.recipeText)
  const running = useStudio((studio) => studio.run.phase === 'running')
  const [name, setName] = useState(() => useStudio.getState().recipeName)
  const [saved, setSaved] = useState<readonly SavedRecipe[] | null>(null)
  const list = async (): Promise<void> => setSaved(await savedRecipes())
  useEffect(() => {
    dialog.current?.showModal()
    void savedRecipes().then(setSaved)
  }, [])
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (name.trim() === '') return
    await saveRecipe(name.trim())
    await list()
  }
  const restore = async (recipe: SavedRecipe): Promise<void> => {
    await restoreRecipe(recipe)
    dialog.current?.close()
  }
  const remove = async (recipe: SavedRecipe): Promise<void> => {
    await deleteRecipe(recipe.id)
    await list()
  }
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={`${id}title`} onClose={onClose}>
      <form onSubmit={(event) => void save(event)}>
        <div className="dialog-head">
          <h2 id={`${id}title`}>History</h2>
          <p className="hint">
            Recipes kept in this browser. The present one is kept by itself before another takes its place.
          </p>
        </div>
        {text.trim() !== '' && (
          <div className="saved-new">
            <label htmlFor={`${id}name`}>Name</label>
            <input
              id={`${id}name`}
              type="text"
              autoComplete="off"
              spellCheck={false}
              placeholder="Name of this recipe"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <button type="submit" className="primary" disabled={name.trim() === '' || running}>
              Save
            </button>
          </div>
        )}
        {running && <p className="hint">{MERGING}</p>}
        <ul className="saved" aria-label="Saved recipes">
          {saved?.map((recipe) => (
            <li key={recipe.id}>
              <span className="saved-name">
                <b>{recipe.name || UNNAMED}</b>
                <small>
                  {new Date(recipe.savedAt).toLocaleString()} · {plural(recipe.text.trim().split('\n').length, 'line')}
                  {recipe.automatic ? ' · kept by itself' : ''}
                  {recipe.text === text ? ' · the present recipe' : ''}
                </small>
              </span>
              <button
                type="button"
                aria-label={`Restore ${recipe.name || UNNAMED}`}
                disabled={running || recipe.text === text}
                onClick={() => void restore(recipe)}
              >
                Restore
              </button>
              <button
                type="button"
                className="quiet"
                aria-label={`Delete ${recipe.name || UNNAMED}`}
                onClick={() => void remove(recipe)}
              >
                Delete
              </button>
            </li>
          ))}
        </ul>
        {saved?.length === 0 && <p className="hint">Nothing is kept yet.</p>}
        <div className="dialog-actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
      </form>
    </dialog>
  )
}
