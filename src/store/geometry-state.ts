import { create } from 'zustand'
import type { PlanGeometry, PlanGrams } from '../geometry/index.ts'
import type { Plan } from '../plan/plan.ts'

/** What the depth map shows of each tensor. */
export const DEPTH_VIEWS = ['share', 't', 'angle', 'branch', 'drift', 'difference'] as const
export type DepthView = (typeof DEPTH_VIEWS)[number]

/** Which cosine is shown: of the tensors as they are, or after taking each one's mean off. */
export type CosineBasis = 'raw' | 'centred'

/** How much is known: nothing to measure, being measured, done, or given up with a sentence. */
export type Measuring =
  | { readonly phase: 'idle' }
  | { readonly phase: 'measuring' }
  | { readonly phase: 'ready' }
  | { readonly phase: 'failed'; readonly message: string }

export interface Geometry {
  readonly plan: Plan | null
  readonly grams: PlanGrams
  /** Of `plan`, with the t that is being tried where there is one. */
  readonly geometry: PlanGeometry | null
  /** By stage in the flat row: t that a drag tries; null is the plan's own. */
  readonly tried: Float64Array | null
  readonly measuring: Measuring
  readonly view: DepthView
  readonly cosines: CosineBasis
  /** Name of the stage that the charts show; '' is the final one. */
  readonly stage: string
  /** Job under the pointer or the cursor; the sphere shows it. */
  readonly pointed: number
}

/** What is computed and shown of the plan. Apart from the studio's state, because it changes in every frame of a drag. */
export const useGeometry = create<Geometry>()(() => ({
  plan: null,
  grams: [],
  geometry: null,
  tried: null,
  measuring: { phase: 'idle' },
  view: 'share',
  cosines: 'raw',
  stage: '',
  pointed: 0,
}))

export function showView(view: DepthView): void {
  useGeometry.setState({ view })
}

export function showCosines(cosines: CosineBasis): void {
  useGeometry.setState({ cosines })
}

export function showStage(stage: string): void {
  useGeometry.setState({ stage })
}

export function pointAt(job: number): void {
  if (useGeometry.getState().pointed !== job) useGeometry.setState({ pointed: job })
}
