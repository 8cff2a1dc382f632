import { useEffect, useRef, useState } from 'react'
import { endGuide, GUIDE_STEPS, type GuideStep, goToStep, useGuide } from '../../store/guide.ts'
import { useStudio } from '../../store/studio.ts'
import { STEP_WORDS } from './steps.ts'

/** The step at hand: what to do, and where. The place is marked on the page; nothing is locked, and every step can be passed over. */
export default function GuideCard() {
  const step = useGuide((guide) => guide.step)
  return step === null ? null : <Step step={step} />
}

function Step({ step }: { readonly step: GuideStep }) {
  const { title, text, before, isDone } = STEP_WORDS[step]
  const at = GUIDE_STEPS.indexOf(step)
  const [previous, next] = [GUIDE_STEPS[at - 1], GUIDE_STEPS[at + 1]]
  const textBefore = useTextBefore(step)
  const done = useStudio((studio) => isDone?.(studio, textBefore) === true)
  const there = useStudio((studio) => before === '' || studio.recipe !== null)
  useMarkedPlace(step)
  useGoingOn(step, done, next)
  return (
    <>
      <div className="guide-head">
        <ol className="guide-dots" aria-hidden="true">
          {GUIDE_STEPS.map((each, index) => (
            <li key={each} data-state={index < at ? 'past' : index === at ? 'now' : 'next'} />
          ))}
        </ol>
        <button type="button" className="quiet guide-skip" onClick={endGuide}>
          {next === undefined ? 'Close the guide' : 'Skip the guide'}
        </button>
      </div>
      <div aria-live="polite" aria-atomic="true">
        <h3>
          <span className="visually-hidden">
            Step {at + 1} of {GUIDE_STEPS.length}:{' '}
          </span>
          {title}
          {done && (
            <span className="guide-done">
              <span aria-hidden="true">✓</span>
              <span className="visually-hidden"> (done)</span>
            </span>
          )}
        </h3>
        <p>{there ? text : before}</p>
        {next === undefined && (
          <p className="hint">Help, at the top, explains every word and brings this guide back.</p>
        )}
      </div>
      <div className="guide-actions">
        {/* Its place stays, so that what stands beside it does not move from step to step. */}
        <button
          type="button"
          className={previous === undefined ? 'quiet absent' : 'quiet'}
          onClick={() => previous !== undefined && goToStep(previous)}
        >
          Back
        </button>
        {there && (
          <button type="button" className="quiet" onClick={() => focusPlace(step)}>
            Go there
          </button>
        )}
        <button
          type="button"
          className={done || isDone === null ? 'primary' : undefined}
          onClick={() => (next === undefined ? endGuide() : goToStep(next))}
        >
          {next === undefined ? 'Finish' : 'Next'}
        </button>
      </div>
    </>
  )
}

/** The recipe's text when the step began. */
function useTextBefore(step: GuideStep): string {
  const begin = (): { step: GuideStep; text: string } => ({ step, text: useStudio.getState().recipeText })
  const [began, setBegan] = useState(begin)
  if (began.step === step) return began.text
  const now = begin()
  setBegan(now)
  return now.text
}

/** Marks the step's place on the page, for guide.css. */
function useMarkedPlace(step: GuideStep): void {
  useEffect(() => {
    const { dataset } = document.documentElement
    dataset['guideStep'] = step
    return () => {
      delete dataset['guideStep']
    }
  }, [step])
}

/**
 * Goes on when the step gets done while it is shown, past steps that are done as well (the demo does two at once); one that was done before
 * waits for Next.
 */
function useGoingOn(step: GuideStep, done: boolean, next: GuideStep | undefined): void {
  const seen = useRef({ step, done })
  useEffect(() => {
    const before = seen.current
    seen.current = { step, done }
    if (before.step !== step || before.done || !done || !STEP_WORDS[step].goesOn || next === undefined) return
    const later = GUIDE_STEPS.slice(GUIDE_STEPS.indexOf(next))
    goToStep(later.find((each) => !isPassed(each)) ?? next)
  }, [step, done, next])
}

function isPassed(step: GuideStep): boolean {
  const { goesOn, isDone } = STEP_WORDS[step]
  const studio = useStudio.getState()
  return goesOn && isDone?.(studio, studio.recipeText) === true
}

/** Brings the step's place into view and the keyboard to it. */
function focusPlace(step: GuideStep): void {
  const places = document.querySelectorAll<HTMLElement>(`[data-guide~="${step}"]`)
  for (const place of places) {
    const controls = [place, ...place.querySelectorAll<HTMLElement>('button, select, input, textarea, [tabindex="0"]')]
    const first = controls.find(
      (control) => control.tabIndex >= 0 && control.matches(':not(:disabled)') && control.checkVisibility(),
    )
    if (first === undefined) continue
    place.scrollIntoView({ block: 'nearest' })
    first.focus({ focusVisible: true } as FocusOptions)
    return
  }
}
