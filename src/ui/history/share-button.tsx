import { useId, useState } from 'react'
import { shareLink } from '../../store/share.ts'
import { notify, useStudio } from '../../store/studio.ts'

/** A link with the recipe in its fragment: copied, and shown. */
export function ShareButton() {
  const text = useStudio((studio) => studio.recipeText)
  const id = useId()
  const [link, setLink] = useState('')
  const [copied, setCopied] = useState(false)
  const make = async (): Promise<void> => {
    const made = await shareLink(text, location.href)
    setLink(made)
    try {
      await navigator.clipboard.writeText(made)
      setCopied(true)
    } catch {
      // Not every browser allows it: the link stands there to be copied by hand.
      setCopied(false)
    }
  }
  return (
    <>
      <button
        type="button"
        className={text.trim() === '' ? 'quiet absent' : 'quiet'}
        popoverTarget={id}
        onClick={() => void make().catch(notify)}
      >
        Share
      </button>
      <div id={id} popover="auto" className="popover share" role="dialog" aria-label="Share link">
        <p>
          <b aria-live="polite">{copied ? 'The link is copied.' : 'Copy this link.'}</b>
        </p>
        <input
          type="text"
          readOnly
          className="code"
          aria-label="Link to this recipe"
          value={link}
          onFocus={(event) => event.target.select()}
        />
        <p className="hint">
          The recipe is in the part behind the #, which browsers never send to a server. Models are not in it, only
          their names.
        </p>
      </div>
    </>
  )
}
