import { useEffect, useId, useRef, useState } from 'react'
import { isUnsaved, replaceRecipe } from '../../store/history-saved.ts'
import { holdsRecipe, recipeOfLink } from '../../store/share.ts'
import { notify, useStudio } from '../../store/studio.ts'

/** Takes the recipe of a link that the page was opened with; asks first where another would be replaced. */
export function LinkImport() {
  const [offered, setOffered] = useState<string | null>(null)
  useEffect(() => {
    const look = async (): Promise<void> => {
      if (!holdsRecipe(location.hash)) return
      const { hash } = location
      // A reload must not ask again.
      history.replaceState(history.state, '', location.pathname + location.search)
      const text = await recipeOfLink(hash)
      if (text === useStudio.getState().recipeText) return
      if (await isUnsaved()) setOffered(text)
      else await take(text)
    }
    const start = (): void => void look().catch(notify)
    start()
    window.addEventListener('hashchange', start)
    return () => window.removeEventListener('hashchange', start)
  }, [])
  return offered === null ? null : <Question text={offered} onClose={() => setOffered(null)} />
}

async function take(text: string): Promise<void> {
  const refused = await replaceRecipe(text)
  if (refused.length > 0) useStudio.setState({ notice: `The link’s recipe cannot be used. ${refused.join(' ')}` })
}

function Question({ text, onClose }: { readonly text: string; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useId()
  useEffect(() => dialog.current?.showModal(), [])
  const open = (): void => {
    dialog.current?.close()
    void take(text)
  }
  return (
    <dialog ref={dialog} className="dialog small-dialog" aria-labelledby={title} onClose={onClose}>
      <form method="dialog">
        <h2 id={title}>Open the link’s recipe?</h2>
        <p>It takes the place of the present one, which is kept under History.</p>
        <pre className="code link-text">{text}</pre>
        <div className="dialog-actions">
          <button type="submit">Keep the present one</button>
          <button type="button" className="primary" onClick={open}>
            Open recipe
          </button>
        </div>
      </form>
    </dialog>
  )
}
