import { lazy, memo, Suspense, type ToggleEvent, useId, useState } from 'react'
import { TERM_TITLES, type Term } from './term.ts'
import './terms.css'

const TermText = lazy(() => import('./term-text.tsx'))

interface Props {
  readonly term: Term
  /** What the button is called: the question that it answers. */
  readonly question: string
}

/** A question mark that opens what a word means, with a picture. Texts and pictures are loaded when the first one is opened. */
export const TermHelp = memo(function TermHelp({ term, question }: Props) {
  const id = useId()
  const [wanted, setWanted] = useState(false)
  const load = ({ newState }: ToggleEvent<HTMLDivElement>): void => {
    if (newState === 'open') setWanted(true)
  }
  // Screen readers read a dialog when the focus enters it; the browser gives the focus back when it closes.
  const enter = ({ newState, currentTarget }: ToggleEvent<HTMLDivElement>): void => {
    if (newState === 'open') currentTarget.focus()
  }
  return (
    <span className="term-help">
      <button type="button" className="quiet term-button" popoverTarget={id} aria-label={question} title={question}>
        <HelpMark />
      </button>
      <div
        id={id}
        popover="auto"
        role="dialog"
        aria-label={TERM_TITLES[term]}
        aria-describedby={`${id}text`}
        tabIndex={-1}
        className="popover term"
        onBeforeToggle={load}
        onToggle={enter}
      >
        {wanted && (
          <Suspense fallback={<p className="hint">One moment …</p>}>
            <TermText term={term} textId={`${id}text`} />
          </Suspense>
        )}
      </div>
    </span>
  )
})

/** A question mark in a circle. */
export function HelpMark() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <circle cx="8" cy="8" r="7.2" fill="none" stroke="currentColor" strokeWidth="1.2" />
      <path
        d="M5.9 6.2a2.15 2.15 0 1 1 3.1 1.9c-.7.35-1 .75-1 1.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
      />
      <circle cx="8" cy="11.8" r=".95" fill="currentColor" />
    </svg>
  )
}
