import { TERM_TITLES, type Term } from './term.ts'
import { TERM_WORDS } from './words.tsx'

interface Props {
  readonly term: Term
  /** Id of the text, which describes the dialog. */
  readonly textId: string
}

/** What a word means: the contents of its popover. */
export default function TermText({ term, textId }: Props) {
  return (
    <>
      <h2>{TERM_TITLES[term]}</h2>
      <TermBody term={term} textId={textId} />
      <p className="popover-more">
        <a href={`#help/term-${term}`}>Read on in Help</a>
      </p>
    </>
  )
}

/** Picture and text, as the popover and the pages of help show them. */
export function TermBody({ term, textId }: { readonly term: Term; readonly textId?: string }) {
  const { Picture, text } = TERM_WORDS[term]
  return (
    <>
      <Picture />
      <div id={textId} className="term-text">
        {text}
      </div>
    </>
  )
}
