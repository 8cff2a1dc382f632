import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { insertPoint, pointsOf, removePoint, tidy } from '../../recipe/gradient-edit.ts'
import type { Gradient, RecipeStage } from '../../recipe/recipe.ts'
import { cancelGesture, endGesture, showGesture } from '../../store/edits.ts'
import { selectPoints, useEditorView } from '../../store/edits-view.ts'
import { takeOff } from '../../store/flight.ts'
import { type Axes, numberFoot } from './axes.ts'
import { pointDepth } from './curve.ts'
import type { EndsShown } from './gradient-chart.tsx'
import { laneGesture, setLane } from './lane-edits.ts'
import type { LaneUse, Section } from './lane-use.ts'
import { stepOf } from './nudge.ts'
import type { Scale } from './subjects.ts'
import { formatT, mixtureInWords } from './words.ts'

interface Props {
  readonly stage: RecipeStage
  readonly lane: LaneUse
  readonly value: Gradient
  readonly section: Section
  readonly axes: Axes
  readonly scale: Scale
  readonly ends: EndsShown
  readonly locked: boolean
  readonly index: number
  readonly t: number
  readonly selected: boolean
  readonly hue: string
}

interface Drag {
  readonly startY: number
  readonly points: readonly number[]
  readonly moved: ReadonlySet<number>
}

/** One point of the active lane: a slider that a hand or a key moves. */
export function ChartPoint({ stage, lane, value, section, axes, scale, ends, locked, index, t, selected, hue }: Props) {
  const drag = useRef<Drag | null>(null)
  const points = pointsOf(value)
  const depth = pointDepth(index, points.length)
  const layer = Math.round(section.from + depth * (section.to - 1 - section.from))
  const x = axes.xOfPoint(section, depth)
  const y = axes.y(t)

  const show = (next: readonly number[]): void => {
    const changed = typeof value === 'number' ? (next[0] ?? value) : next
    showGesture(laneGesture(stage, lane.ref, changed, next.length > 1 ? 'move a point' : `set ${lane.ref.parameter}`))
  }
  const down = (event: PointerEvent<SVGGElement>): void => {
    if (event.button !== 0) return
    event.stopPropagation()
    event.currentTarget.focus()
    const kept = useEditorView.getState().points
    if (event.shiftKey) {
      selectPoints(toggled(kept, index))
      return
    }
    if (!kept.has(index)) selectPoints([index])
    if (locked) return
    event.currentTarget.setPointerCapture(event.pointerId)
    drag.current = { startY: event.clientY, points, moved: kept.has(index) ? kept : new Set([index]) }
    if (ends.isWay) takeOff(stage.name)
  }
  const move = (event: PointerEvent<SVGGElement>): void => {
    if (drag.current === null) return
    const { startY, points: from, moved } = drag.current
    const start = from[index] ?? 0
    const wanted = axes.tAt(axes.y(start) + event.clientY - startY)
    // Two decimals are what a hand means; Alt gives a third.
    const grain = event.altKey ? scale.unit / 10 : scale.unit
    const aim = tidy(Math.round(clamp(wanted, axes) / grain) * grain)
    show(from.map((old, k) => (k === index ? aim : moved.has(k) ? tidy(clamp(old + aim - start, axes)) : old)))
  }
  const up = (): void => {
    if (drag.current === null) return
    drag.current = null
    endGesture()
  }
  const key = (event: KeyboardEvent<SVGGElement>): void => {
    if (event.key === 'Escape') {
      drag.current = null
      cancelGesture()
      selectPoints([])
    } else if (event.key === ' ') selectPoints(toggled(useEditorView.getState().points, index))
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) selectPoints(points.keys())
    else if (locked || event.ctrlKey || event.metaKey) return
    else if (event.key === 'Delete' || event.key === 'Backspace') {
      setLane(stage, lane.ref, removePoint(value, index), 'remove a point')
      selectPoints([])
      focusPoint(event.currentTarget, Math.max(0, index - 1))
    } else if (event.key === 'Insert' || event.key === 'Enter' || event.key === '+') {
      setLane(stage, lane.ref, insertPoint(value, index + 1), 'add a point')
      selectPoints([index + 1])
      focusPoint(event.currentTarget, index + 1)
    } else {
      const to = stepOf(event, t, scale)
      if (to === null) return
      const kept = useEditorView.getState().points
      const by = tidy(to - t)
      show(
        points.map((old, k) => (k === index ? to : kept.has(index) && kept.has(k) ? tidy(clamp(old + by, axes)) : old)),
      )
    }
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <g
      className={selected ? 'point point-selected' : 'point'}
      role="slider"
      tabIndex={0}
      aria-label={`${ends.name} at depth ${points.length < 2 ? '0 to 1' : Number(depth.toFixed(3))}`}
      aria-orientation="vertical"
      aria-valuemin={Math.min(0, t)}
      aria-valuemax={Math.max(scale.high, t)}
      aria-valuenow={t}
      aria-valuetext={`${formatT(t)} at ${points.length < 2 ? 'every layer' : `layer ${layer}`}${ends.isWay ? `: ${mixtureInWords(t, ends.base, ends.other)}` : ''}${selected ? ', selected' : ''}`}
      aria-disabled={locked || undefined}
      data-point={index}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onLostPointerCapture={up}
      onKeyDown={key}
      onKeyUp={() => drag.current === null && endGesture()}
      onBlur={() => drag.current === null && endGesture()}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <circle className="point-hit" cx={x} cy={y} r="15" />
      <circle className="point-ring" cx={x} cy={y} r="11" />
      <circle className="point-dot" cx={x} cy={y} r="6.5" stroke={`url(#${hue})`} />
      <text className="point-value" x={x} y={numberFoot(axes, y)} textAnchor="middle">
        {formatT(t)}
      </text>
    </g>
  )
}

/** Values that lie outside of the usual already may stay there; a hand does not bring others out. */
function clamp(t: number, { low, high }: Axes): number {
  return Math.min(Math.max(t, low), high)
}

function toggled(points: ReadonlySet<number>, index: number): ReadonlySet<number> {
  const next = new Set(points)
  if (!next.delete(index)) next.add(index)
  return next
}

/** The point comes into the document with the next paint. */
function focusPoint(from: SVGGElement, index: number): void {
  const chart = from.ownerSVGElement
  requestAnimationFrame(() => chart?.querySelector<SVGGElement>(`[data-point="${index}"]`)?.focus())
}
