import { create } from 'zustand'
import { fly, geometryInFlight, type PlanGeometry, type PlanGrams } from '../geometry/index.ts'
import type { Plan } from '../plan/plan.ts'
import type { Timer } from '../plan/timer.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { useGeometry } from './geometry-state.ts'
import { timerOf } from './planning.ts'
import { useStudio } from './studio.ts'

/**
 * A hand in flight: while it bends a curve, the state of the page stays as it is, and what follows the curve is painted over it in each
 * frame, straight from typed arrays. The state, and with it the document, follows as soon as the hand rests (edits.ts).
 */
export interface FlightFrame {
  /** Another object in each frame; its arrays are written again in the next. */
  readonly geometry: PlanGeometry
  /** The recipe with the curve as it is now. */
  readonly recipe: Recipe
  /** Name of the stage that is bent, as the plan's jobs have it. */
  readonly label: string
}

export type Painter = (frame: FlightFrame) => void

interface Flying {
  /** What the flight was prepared for. */
  readonly plan: Plan
  readonly grams: PlanGrams
  readonly timer: Timer
  /** By job: the flat place of the stage that is bent; -1 where the job has none. */
  readonly places: Int32Array
  readonly geometry: PlanGeometry
  readonly t: Float64Array
  /** What `geometry` holds the values of. */
  readonly shown: Float64Array
  /** By job. */
  readonly times: Float64Array
  readonly planned: Float64Array
}

const painters = new Set<Painter>()
let flying: Flying | null = null
let last: FlightFrame | null = null

export interface Flight {
  /** The stage that a hand bends, from the moment it takes a point until it lets it go; undefined while none does. */
  readonly stage: string | null | undefined
  /** True while the document is behind what is painted. */
  readonly moving: boolean
}

export const useFlight = create<Flight>()(() => ({ stage: undefined, moving: false }))

/** Paints something of each frame from now on. @returns ends that */
export function paintInFlight(painter: Painter): () => void {
  painters.add(painter)
  return () => painters.delete(painter)
}

let listeners = 0

/** From now on something follows the plan itself, and no hand flies: the plan is made anew in each frame. @returns ends that */
export function stayAground(): () => void {
  listeners++
  return () => {
    listeners--
  }
}

/** A hand takes a point of a stage's t: prepares for its moves. */
export function takeOff(stage: string | null): void {
  const { recipe } = useStudio.getState()
  // Another finger may have taken a point before.
  land()
  if (recipe === null || listeners > 0) return
  flying = prepare(recipe, stage)
  if (flying !== null) useFlight.setState({ stage, moving: false })
}

/** What is painted while the document is behind it, for what is rendered meanwhile; null where the document has it all. */
export function lastFrame(): FlightFrame | null {
  return last
}

/** The document has what is painted. */
export function rest(): void {
  last = null
  if (useFlight.getState().moving) useFlight.setState({ moving: false })
}

/** The hand lets go. */
export function land(): void {
  flying = null
  last = null
  if (useFlight.getState().stage !== undefined) useFlight.setState({ stage: undefined, moving: false })
}

/**
 * Paints one frame.
 * @param recipe with the curve as it is now
 * @returns false where only another plan could show it
 */
export function paintFrame(recipe: Recipe): boolean {
  const { stage, moving } = useFlight.getState()
  if (stage === undefined) return false
  const { plan, grams } = useGeometry.getState()
  // What was measured since, or another plan after t of 0 or 1.
  if (flying === null || flying.plan !== plan || flying.grams !== grams)
    flying = prepare(useStudio.getState().recipe ?? recipe, stage)
  if (flying === null) return false
  const { timer, places, times, planned, t, geometry, shown } = flying
  timer.read(recipe, times)
  for (let job = 0; job < places.length; job++) {
    const place = places[job] ?? -1
    const now = times[job] ?? Number.NaN
    if (place >= 0) t[place] = now
    else if (mayGainStage(planned[job] ?? Number.NaN, now)) return false
  }
  fly(geometry, flying.grams, shown)
  if (!moving) useFlight.setState({ moving: true })
  last = { geometry: { ...geometry }, recipe, label: timer.label }
  for (const painter of painters) painter(last)
  return true
}

/** A tensor that was planned with t of 0 or 1 is a copy, which has no such stage; at another t it has. */
function mayGainStage(planned: number, now: number): boolean {
  return (planned === 0 || planned === 1) && now !== planned
}

function prepare(recipe: Recipe, stage: string | null): Flying | null {
  const { plan, grams, geometry: before } = useGeometry.getState()
  const timer = plan === null ? null : timerOf(plan, recipe, stage)
  if (plan === null || before === null || timer === null) return null
  const { layout } = before
  const label = layout.labels.indexOf(timer.label)
  if (label < 0) return null
  const { geometry, t } = geometryInFlight(before)
  const times = new Float64Array(plan.jobs.length)
  timer.read(recipe, times)
  return {
    ...{ plan, grams, timer, geometry, t, times },
    planned: times.slice(),
    shown: t.slice(),
    places: Int32Array.from(plan.jobs, (_, job) => layout.stageOf[job * layout.labels.length + label] ?? -1),
  }
}
