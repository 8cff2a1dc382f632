import { useStudio } from '../../store/studio.ts'
import { travel } from './use-shortcuts.ts'

/** One step back, one step forward; the title says which. */
export function UndoButtons() {
  const past = useStudio((studio) => studio.past.at(-1)?.label)
  const future = useStudio((studio) => studio.future.at(-1)?.label)
  const running = useStudio((studio) => studio.run.phase === 'running')
  return (
    <span className="joined">
      <button
        type="button"
        aria-label="Undo"
        title={past === undefined ? 'Nothing to undo' : `Undo: ${past} (Ctrl+Z)`}
        disabled={past === undefined || running}
        onClick={() => travel(false)}
      >
        <Arrow />
      </button>
      <button
        type="button"
        aria-label="Redo"
        title={future === undefined ? 'Nothing to do again' : `Redo: ${future} (Ctrl+Shift+Z)`}
        disabled={future === undefined || running}
        onClick={() => travel(true)}
      >
        <Arrow mirrored />
      </button>
    </span>
  )
}

function Arrow({ mirrored = false }: { readonly mirrored?: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        d="M6 3L3 6l3 3M3.4 6H9.5a3.5 3.5 0 0 1 0 7H7"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        transform={mirrored ? 'matrix(-1 0 0 1 16 0)' : undefined}
      />
    </svg>
  )
}
