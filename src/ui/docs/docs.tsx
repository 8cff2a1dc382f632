import { type ReactNode, useEffect, useRef } from 'react'
import { startGuide } from '../../store/guide.ts'
import { Browsers } from './browsers.tsx'
import { Elsewhere } from './elsewhere.tsx'
import { How } from './how.tsx'
import { MethodPages } from './methods.tsx'
import { PrivacyFacts } from './privacy-facts.tsx'
import { Questions } from './questions.tsx'
import { SECTION_TITLES, SECTIONS, type Section } from './sections.ts'
import { Terms } from './terms.tsx'
import './docs.css'

const PAGES: Readonly<Record<Section, () => ReactNode>> = {
  how: How,
  terms: Terms,
  methods: MethodPages,
  privacy: PrivacyFacts,
  browsers: Browsers,
  elsewhere: Elsewhere,
  questions: Questions,
}

interface Props {
  /** Id of the heading to begin at; `''` is the top. */
  readonly place: string
  readonly onClose: () => void
}

/** Help: everything on one page, with its contents at the side. What lies behind it goes on, a merge too. */
export default function Docs({ place, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  useEffect(() => {
    const heading = document.getElementById(place === '' ? 'help-title' : `help-${place}`)
    heading?.scrollIntoView({ block: 'start' })
    heading?.focus({ preventScroll: true })
  }, [place])
  const guide = (): void => {
    dialog.current?.close()
    startGuide()
  }
  return (
    <dialog ref={dialog} className="dialog docs" aria-labelledby="help-title" onClose={onClose}>
      <div className="docs-head">
        <h2 id="help-title" tabIndex={-1}>
          Help
        </h2>
        <button type="button" onClick={guide}>
          Start the guide
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <nav className="docs-contents" aria-label="Contents of help">
        <ul>
          {SECTIONS.map((section) => (
            <li key={section}>
              <a href={`#help/${section}`}>{SECTION_TITLES[section]}</a>
            </li>
          ))}
        </ul>
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a page that scrolls must be reachable by keyboard. */}
      <section className="docs-pages" aria-label="Pages of help" tabIndex={0}>
        {SECTIONS.map((section) => {
          const Page = PAGES[section]
          return (
            <article key={section} aria-labelledby={`help-${section}`}>
              <h3 id={`help-${section}`} tabIndex={-1}>
                {SECTION_TITLES[section]}
              </h3>
              <Page />
            </article>
          )
        })}
      </section>
    </dialog>
  )
}
