import { useEffect, useId, useRef, useState } from 'react'
import type { Output } from '../store/studio.ts'
import { Downloads, totalBytes } from './downloads.tsx'
import { formatBytes, plural } from './format.ts'
import './styles/continue.css'

type Kept = Extract<Output, { phase: 'kept' }>

/** A finished merge of an earlier visit in the browser's own storage. */
export function KeptPanel({ output }: { readonly output: Kept }) {
  const [open, setOpen] = useState(false)
  const { files } = output
  return (
    <section className="continue" aria-label="Finished merge">
      <div>
        <p>
          The browser’s storage holds a finished merge: {plural(files.length, 'file')}, {formatBytes(totalBytes(files))}
          .
        </p>
      </div>
      <div className="continue-actions">
        <button type="button" className="primary" onClick={() => setOpen(true)}>
          Download or remove…
        </button>
      </div>
      {open && <DownloadsDialog output={output} onClose={() => setOpen(false)} />}
    </section>
  )
}

function DownloadsDialog({ output, onClose }: { readonly output: Kept; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const title = useId()
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} aria-labelledby={title} className="dialog" onClose={onClose}>
      <div className="dialog-head">
        <h2 id={title}>Finished merge</h2>
      </div>
      <Downloads files={output.files} />
      <div className="dialog-actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  )
}
