import { TERM_TITLES, TERMS } from '../terms/term.ts'
import { TermBody } from '../terms/term-text.tsx'

/** Every word with its picture: the texts that the question marks on the page open. */
export function Terms() {
  return (
    <>
      <p>The question marks on the page open these one by one.</p>
      <div className="docs-terms">
        {TERMS.map((term) => (
          <section key={term} aria-labelledby={`help-term-${term}`}>
            <h4 id={`help-term-${term}`} tabIndex={-1}>
              {TERM_TITLES[term]}
            </h4>
            <TermBody term={term} />
          </section>
        ))}
      </div>
    </>
  )
}
