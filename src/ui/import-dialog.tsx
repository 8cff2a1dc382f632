import { type ChangeEvent, type SubmitEvent, useEffect, useId, useRef, useState } from 'react'
import { replaceRecipe } from '../store/history-saved.ts'
import { nameOfFile } from '../store/recipe-name.ts'
import { holdsRecipe, recipeOfLink } from '../store/share.ts'
import { wordsOf } from '../store/studio.ts'
import { LZLV_RECIPE } from './example-recipe.ts'

/** Takes a recipe as text or as a file; stays open, and says why, when it cannot be used. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useId()
  const textId = useId()
  const fileId = useId()
  const [text, setText] = useState('')
  /** Of the file that the text is from, until it is changed. */
  const [name, setName] = useState('')
  const [refused, setRefused] = useState<readonly string[]>([])
  useEffect(() => dialog.current?.showModal(), [])
  const edit = (next: string): void => {
    setText(next)
    setName('')
    setRefused([])
  }
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    const reasons = await take(text, name)
    if (reasons.length === 0) dialog.current?.close()
    else setRefused(reasons)
  }
  const read = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.target.files?.[0]
    event.target.value = ''
    if (file === undefined) return
    edit(await file.text())
    setName(nameOfFile(file.name))
  }
  return (
    <dialog ref={dialog} aria-labelledby={title} className="dialog" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <div className="dialog-head">
          <h2 id={title}>Import recipe</h2>
          <p className="hint">
            A mergekit recipe: one document, or several stages divided by “---”. Model cards, share links and recipes of
            BlockMerge_Gradient and mlx_lm.merge are taken as well.
          </p>
        </div>
        <label htmlFor={textId}>Recipe YAML</label>
        <textarea
          id={textId}
          className="code dialog-text"
          rows={16}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          wrap="off"
          placeholder={'merge_method: slerp\nbase_model: …'}
          value={text}
          onChange={(event) => edit(event.target.value)}
        />
        <div className="dialog-tools">
          <label htmlFor={fileId} className="button file-button">
            Choose file…
            <input id={fileId} type="file" accept=".yml,.yaml,.txt,.md,.json" onChange={(event) => void read(event)} />
          </label>
          <button type="button" onClick={() => edit(LZLV_RECIPE)}>
            Use the lzlv recipe
          </button>
        </div>
        {refused.length > 0 && (
          <div role="alert" className="refusal">
            <p>This recipe cannot be used yet:</p>
            <ul>
              {refused.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          </div>
        )}
        <div className="dialog-actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
          <button type="submit" className="primary">
            Import
          </button>
        </div>
      </form>
    </dialog>
  )
}

/** @returns why it was refused; empty when it was taken */
async function take(text: string, name: string): Promise<readonly string[]> {
  try {
    return await replaceRecipe(holdsRecipe(text) ? await recipeOfLink(text) : text, name)
  } catch (cause) {
    return [wordsOf(cause)]
  }
}
