import { create } from 'zustand'

/** The steps of the guided start, in order; each is a place of the page (`data-guide` there). */
export const GUIDE_STEPS = ['models', 'recipe', 'gradient', 'effect', 'merge'] as const
export type GuideStep = (typeof GUIDE_STEPS)[number]

export interface Guide {
  /** The step that is shown; null while the guide is not. */
  readonly step: GuideStep | null
}

const KEY = 'slerp-studio-guide'
const ENDED = 'ended'

/** The guided start. It shows itself on the first visit, goes on after a reload, and once ended or skipped comes back only when asked for. */
export const useGuide = create<Guide>()(() => ({ step: readStep() }))

export function startGuide(): void {
  goToStep(GUIDE_STEPS[0])
}

export function goToStep(step: GuideStep): void {
  useGuide.setState({ step })
  keep(step)
}

export function endGuide(): void {
  useGuide.setState({ step: null })
  keep(ENDED)
}

function readStep(): GuideStep | null {
  try {
    const kept = localStorage.getItem(KEY)
    // Where nothing can be kept, a guide that was skipped would come back at every visit.
    if (kept === null) localStorage.setItem(KEY, GUIDE_STEPS[0])
    return kept === null ? GUIDE_STEPS[0] : (GUIDE_STEPS.find((step) => step === kept) ?? null)
  } catch {
    return null
  }
}

function keep(value: string): void {
  try {
    localStorage.setItem(KEY, value)
  } catch {
    // Storage is full or forbidden: then the guide does not start by itself either.
  }
}
