import { useId } from 'react'
import type { Problem } from '../problem.ts'
import { useStudio } from '../store/studio.ts'
import { plural } from './format.ts'
import { goToRecipeLine } from './line-jump.ts'

/** Everything found before the merge. Errors keep Merge shut; warnings do not. */
export function ProblemsPanel() {
  const problems = useStudio((studio) => studio.problems)
  const title = useId()
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const counts = [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : '']
  return (
    <section className="panel problems" aria-labelledby={title}>
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
            <Entry key={`${problem.severity} ${problem.line} ${problem.where} ${problem.message}`} problem={problem} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Entry({ problem }: { readonly problem: Problem }) {
  const { severity, line, where, message } = problem
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
      <span className="problem-message">{message}</span>
    </li>
  )
}
