import { create } from 'zustand'
import type { Dialect } from '../recipe/dialect.ts'

/** A parameter that is shaped over the depth: of a stage, or of one of its models (index among its sources). */
export interface Subject {
  readonly parameter: string
  readonly source: number | null
}

/** Where some lanes of a parameter stand: at the recipe level of the stage (slice null), or in one slice; a model's own are in its slice. */
export interface LaneLevel extends Subject {
  readonly slice: number | null
}

export interface LaneRef extends LaneLevel {
  readonly lane: number
}

/** What the editor looks at. Nothing of it is part of the recipe, so that undo leaves it alone. */
export interface EditorView {
  /** Name of the selected stage (null is the one without a name); undefined leaves the choice to the page. */
  readonly stage: string | null | undefined
  /** What is shaped; null leaves the choice to the page. */
  readonly subject: Subject | null
  /** Null leaves the choice to the page: the lane with the most tensors. */
  readonly lane: LaneRef | null
  /** Indices of the selected points of the lane. */
  readonly points: ReadonlySet<number>
  /** Dialect whose curve is drawn as a ghost; undefined leaves the choice to the page, null draws none. */
  readonly compare: Dialect | null | undefined
  /** Whether the text is shown; undefined leaves it to the width of the page. */
  readonly textOpen: boolean | undefined
}

const NO_POINTS: ReadonlySet<number> = new Set()

export const useEditorView = create<EditorView>()(() => ({
  stage: undefined,
  subject: null,
  lane: null,
  points: NO_POINTS,
  compare: undefined,
  textOpen: undefined,
}))

/** @param stage undefined leaves the choice to the page */
export function selectStage(stage: string | null | undefined): void {
  useEditorView.setState({ stage, subject: null, lane: null, points: NO_POINTS })
}

export function selectSubject(subject: Subject | null): void {
  useEditorView.setState({ subject, lane: null, points: NO_POINTS })
}

export function selectLane(lane: LaneRef | null): void {
  useEditorView.setState({ lane, points: NO_POINTS })
}

export function selectPoints(points: Iterable<number>): void {
  useEditorView.setState({ points: new Set(points) })
}

export function compareWith(compare: Dialect | null): void {
  useEditorView.setState({ compare })
}

export function showText(textOpen: boolean): void {
  useEditorView.setState({ textOpen })
}
