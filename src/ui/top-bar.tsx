import { useState } from 'react'
import { setTheme } from '../store/settings.ts'
import { type Theme, useStudio } from '../store/studio.ts'
import { DocsPlace } from './docs/docs-place.tsx'
import { ExportMenu } from './history/export-menu.tsx'
import { HistoryDialog } from './history/history-dialog.tsx'
import { LinkImport } from './history/link-import.tsx'
import { ShareButton } from './history/share-button.tsx'
import { UndoButtons } from './history/undo-buttons.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { Privacy } from './privacy.tsx'
import { RecipeName } from './recipe-name.tsx'
import { MERGING_NOTE } from './running-note.tsx'

const NEXT: Record<Theme, Theme> = { system: 'dark', dark: 'light', light: 'system' }
const LABEL: Record<Theme, string> = { system: 'System', dark: 'Dark', light: 'Light' }

/** Name, recipe import, theme, and where the work is done. */
export function TopBar() {
  const theme = useStudio((studio) => studio.theme)
  const notice = useStudio((studio) => studio.notice)
  const told = useStudio((studio) => studio.told)
  const running = useStudio((studio) => studio.run.phase === 'running')
  const [importing, setImporting] = useState(false)
  const [looking, setLooking] = useState(false)
  return (
    <header className="top">
      <h1 className="brand">
        <Mark />
        Slerp Studio
      </h1>
      <RecipeName />
      {notice !== null && (
        <p className="notice" role="alert">
          <span>{notice}</span>
          <button type="button" className="quiet" onClick={() => useStudio.setState({ notice: null })}>
            Dismiss
          </button>
        </p>
      )}
      <div role="status" className={told === null ? 'visually-hidden' : 'notice told'}>
        {told !== null && (
          <>
            <span>{told}</span>
            <button type="button" className="quiet" onClick={() => useStudio.setState({ told: null })}>
              Dismiss
            </button>
          </>
        )}
      </div>
      <div className="top-actions">
        {/* First, since an empty studio has neither: their place is then no gap between others. */}
        <ShareButton />
        <ExportMenu />
        <UndoButtons />
        <button type="button" className="quiet" onClick={() => setLooking(true)}>
          History
        </button>
        <Privacy />
        <a className="button quiet" href="#help">
          Help
        </a>
        <button
          type="button"
          className="quiet theme"
          aria-label={`Theme: ${LABEL[theme]}`}
          title="Change the theme"
          onClick={() => setTheme(NEXT[theme])}
        >
          <span aria-hidden="true" className="theme-mark" />
          {LABEL[theme]}
        </button>
        <button
          type="button"
          data-guide="recipe"
          disabled={running}
          aria-describedby={running ? MERGING_NOTE : undefined}
          onClick={() => setImporting(true)}
        >
          Import recipe
        </button>
      </div>
      <LinkImport />
      <DocsPlace />
      {looking && <HistoryDialog onClose={() => setLooking(false)} />}
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </header>
  )
}

/** The page's mark: an arc between two points, and what lies between them. */
function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" className="mark">
      <path d="M5 25A20 20 0 0 1 25 5" fill="none" stroke="currentColor" strokeWidth="2.6" strokeLinecap="round" />
      <circle cx="5.2" cy="25" r="3.6" className="mark-a" />
      <circle cx="25.2" cy="5.6" r="3.6" className="mark-b" />
      <circle cx="11" cy="11.2" r="2.7" className="mark-t" />
    </svg>
  )
}
