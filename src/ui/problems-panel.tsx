import { type RefObject, useId, useRef, useState } from 'react'
import { editRecipe } from '../store/edits.ts'
import { type FoundProblem, useStudio } from '../store/studio.ts'
import { plural } from './format.ts'
import { KeptPlace } from './kept-place.tsx'
import { goToRecipeLine } from './line-jump.ts'

/** Everything found before the merge, with what mends it in one click. Errors keep Merge shut; warnings do not. */
export function ProblemsPanel() {
  const problems = useStudio((studio) => studio.problems)
  const running = useStudio((studio) => studio.run.phase === 'running')
  const [mended, setMended] = useState('')
  const region = useRef<HTMLElement>(null)
  const title = useId()
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const counts = [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : '']
  return (
    <section ref={region} tabIndex={-1} className="panel problems" aria-labelledby={title}>
      <div className="panel-head">
        <h2 id={title}>Problems</h2>
        <span className="panel-count">{counts.filter((text) => text !== '').join(', ')}</span>
      </div>
      {problems.length === 0 ? (
        <p className="hint problems-none">None found.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard.
        <ul className="problems-list" aria-label="Errors and warnings" tabIndex={0}>
          {problems.map((problem) => (
            <Entry
              key={`${problem.severity} ${problem.line} ${problem.where} ${problem.message}`}
              problem={problem}
              locked={running}
              onMend={() => setMended(mend(problem, region))}
            />
          ))}
        </ul>
      )}
      <p role="status" className="visually-hidden">
        {mended}
      </p>
    </section>
  )
}

/** Makes the change; the entry goes with its button, and the keyboard stays in the region. @returns what was done, to be read out */
function mend({ mend: change, message }: FoundProblem, region: RefObject<HTMLElement | null>): string {
  if (
    change === undefined ||
    !editRecipe(
      change.edits,
      change.label.replace(/^./, (letter) => letter.toLowerCase()),
    )
  )
    return ''
  region.current?.focus()
  return `Done: ${change.label}. This is mended: ${message}`
}

interface EntryProps {
  readonly problem: FoundProblem
  readonly locked: boolean
  readonly onMend: () => void
}

function Entry({ problem, locked, onMend }: EntryProps) {
  const { severity, line, where, message, mend: change } = problem
  const words = useId()
  return (
    <li className={`problem ${severity}`}>
      <span className="problem-word">{severity === 'error' ? 'Error' : 'Warning'}</span>{' '}
      {line !== undefined && (
        <>
          <button type="button" className="link" onClick={() => goToRecipeLine(line)}>
            line {line}
          </button>{' '}
        </>
      )}
      {where !== undefined && line === undefined && !message.includes(where) && (
        <span className="problem-where">{where} </span>
      )}
      <span id={words} className="problem-message">
        {message}
      </span>
      {change !== undefined && (
        <KeptPlace shown={!locked}>
          {' '}
          <button type="button" className="problem-mend" aria-describedby={words} onClick={onMend}>
            {change.label}
          </button>
        </KeptPlace>
      )}
    </li>
  )
}
