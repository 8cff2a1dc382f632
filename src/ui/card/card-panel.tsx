import { useId, useState } from 'react'
import { cardOf } from '../../plan/with-card.ts'
import { editCard, isCardOfRun, rewriteCard } from '../../store/card.ts'
import { endStep } from '../../store/history.ts'
import { type CardEdits, notify, useStudio } from '../../store/studio.ts'
import { MERGING_NOTE } from '../running-note.tsx'
import { MarkdownView } from './markdown-view.tsx'
import './card.css'

/** The README.md that the merge writes: the free parts to write, and the whole as it will be read. */
export default function CardPanel() {
  const plan = useStudio((studio) => studio.plan)
  const id = useId()
  const text = plan === null ? null : cardOf(plan)
  if (plan?.card === undefined || plan.card === null || text === null)
    return <p className="hint card-none">The model card is shown as soon as the recipe’s models are open.</p>
  return (
    <div className="model-card">
      <section className="card-edit" aria-labelledby={`${id}edit`}>
        <h3 id={`${id}edit`}>Your words</h3>
        <p className="hint">
          Markdown. The title is the recipe’s name; models, licences, procedure and recipe follow the recipe by
          themselves.
        </p>
        <Field part="introduction" label="Introduction" own={plan.card.introduction} />
        <Field part="prompt" label="Prompt format" own={plan.card.prompt} />
        <Field part="notes" label="Notes" own="" />
        <Rewrite />
      </section>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a preview that scrolls must be reachable by keyboard. */}
      <section className="card-preview" aria-label="Preview of README.md" tabIndex={0}>
        <MarkdownView text={text} level={3} />
      </section>
    </div>
  )
}

interface FieldProps {
  readonly part: keyof CardEdits
  readonly label: string
  /** The card's own words. */
  readonly own: string
}

/** A free part: the card's own words until somebody writes others. */
function Field({ part, label, own }: FieldProps) {
  const written = useStudio((studio) => studio.settings.card[part])
  const running = useStudio((studio) => studio.run.phase === 'running')
  const id = useId()
  return (
    <div className="card-field">
      <div className="card-field-head">
        <label htmlFor={id}>{label}</label>
        {written !== null && !running && (
          <button type="button" className="quiet" onClick={() => editCard({ [part]: null })}>
            {own === '' ? `Leave out ${label.toLowerCase()}` : `Restore ${label.toLowerCase()}`}
          </button>
        )}
      </div>
      <textarea
        id={id}
        className="code"
        rows={3}
        readOnly={running}
        aria-describedby={running ? MERGING_NOTE : undefined}
        placeholder={own === '' ? 'Nothing is written.' : undefined}
        value={written ?? own}
        onChange={(event) => editCard({ [part]: event.target.value === own ? null : event.target.value })}
        onBlur={endStep}
      />
    </div>
  )
}

/** After a merge: whether the card is the one in the folder, and the button that writes it once more. */
function Rewrite() {
  const run = useStudio((studio) => studio.run)
  const now = useStudio(({ plan }) => (plan === null ? null : cardOf(plan)))
  const same = useStudio(isCardOfRun)
  const [writing, setWriting] = useState(false)
  if (run.phase !== 'done' || !same) return null
  const isWritten = cardOf(run.plan) === now
  const write = async (): Promise<void> => {
    setWriting(true)
    await rewriteCard().catch(notify)
    setWriting(false)
  }
  return (
    <div className="card-written">
      <p role="status">
        {isWritten
          ? `README.md in “${run.folder}” is as shown here.`
          : `README.md in “${run.folder}” is still the one of before.`}
      </p>
      {!isWritten && (
        <button type="button" disabled={writing} onClick={() => void write()}>
          Write README.md again
        </button>
      )}
    </div>
  )
}
