import { replan } from './planning.ts'
import { type Snapshot, type Step, type Studio, useStudio } from './studio.ts'
import { takenText } from './taken-text.ts'

const MAX_STEPS = 200
/** Changes of the same kind that follow one another faster than this are one step: typing, a held key. */
const PAUSE_MS = 900

interface Change {
  readonly label: string
  /** Changes with the same key may join the step before; null never does. */
  readonly key: string | null
}

let current: Change | null = null
let last: { readonly key: string; readonly time: number } | null = null
let travelling = false

/** Names the change that `act` makes, for the undo button. @param key changes of one key in quick succession are one step */
export function labelled(label: string, act: () => void, key: string | null = null): void {
  const outer = current
  current ??= { label, key }
  try {
    act()
  } finally {
    current = outer
  }
}

/** From here on the next change is a step of its own: a key was let go, a field was left. */
export function endStep(): void {
  last = null
}

/** Keeps a step for every change of the recipe, its name, the settings and the choice of folders, from now on. */
export function recordHistory(): void {
  useStudio.subscribe((studio, before) => {
    if (travelling || sameSnapshot(studio, before)) return
    const { label, key } = current ?? { label: 'edit the text', key: 'text' }
    const now = performance.now()
    const joins = key !== null && last?.key === key && now - last.time < PAUSE_MS && studio.past.length > 0
    last = key === null ? null : { key, time: now }
    if (joins && studio.future.length === 0) return
    const past = joins ? studio.past : [...studio.past, { label, snapshot: snapshotOf(before) }].slice(-MAX_STEPS)
    useStudio.setState({ past, future: [] })
  })
}

/** Takes the last step back. */
export function undo(): void {
  const { past, future } = useStudio.getState()
  const step = past.at(-1)
  if (step === undefined) return
  travel(step, (here) => ({ past: past.slice(0, -1), future: [...future, here] }))
}

/** Does the step that was undone last again. */
export function redo(): void {
  const { past, future } = useStudio.getState()
  const step = future.at(-1)
  if (step === undefined) return
  travel(step, (here) => ({ past: [...past, here], future: future.slice(0, -1) }))
}

function travel({ label, snapshot }: Step, stacks: (here: Step) => Pick<Studio, 'past' | 'future'>): void {
  travelling = true
  try {
    const studio = useStudio.getState()
    const here = { label, snapshot: snapshotOf(studio) }
    useStudio.setState({
      ...snapshot,
      ...takenText(studio, snapshot.recipeText),
      ...stacks(here),
      notice: null,
      told: null,
    })
    last = null
  } finally {
    travelling = false
  }
  replan()
}

function snapshotOf({ recipeText, recipeName, settings, chosen }: Studio): Snapshot {
  return { recipeText, recipeName, settings, chosen }
}

function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  return (
    a.recipeText === b.recipeText && a.recipeName === b.recipeName && a.settings === b.settings && a.chosen === b.chosen
  )
}
