import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { tidy } from '../../recipe/gradient-edit.ts'
import type { RecipeStage } from '../../recipe/recipe.ts'
import { cancelGesture, endGesture, showGesture } from '../../store/edits.ts'
import { selectLane } from '../../store/edits-view.ts'
import { type Axes, numberFoot } from './axes.ts'
import type { EndsShown } from './gradient-chart.tsx'
import { outerGesture, outerTitle } from './lane-edits.ts'
import type { OuterUse, StageUse } from './lane-use.ts'
import { stepOf } from './nudge.ts'
import type { Scale } from './subjects.ts'
import { formatT, mixtureInWords } from './words.ts'

interface Props {
  readonly stage: RecipeStage
  readonly use: StageUse
  readonly outer: OuterUse
  readonly t: number | null
  readonly ghost: number | null
  /** True where the active lane holds for this place. */
  readonly active: boolean
  readonly axes: Axes
  readonly scale: Scale
  readonly ends: EndsShown
  readonly locked: boolean
  readonly hue: string
}

/** t of embed_tokens, the final norm or lm_head: a place of its own beside the layers. Moving it gives it a lane of its own. */
export function OuterPoint({ stage, use, outer, t, ghost, active, axes, scale, ends, locked, hue }: Props) {
  // What the stage was when the gesture began: while it lasts, the place may have a lane that the text lacks.
  const drag = useRef<{
    readonly startY: number
    readonly from: number
    readonly stage: RecipeStage
    readonly use: StageUse
    readonly outer: OuterUse
  } | null>(null)
  const x = axes.xOfOuter(outer.kind)
  const title = outerTitle(outer)
  if (t === null) return null
  const y = axes.y(t)
  const ghostY = ghost === null || ghost === t ? null : axes.y(ghost)
  const begin = (startY: number) => {
    drag.current ??= { startY, from: t, stage, use, outer }
    return drag.current
  }
  const show = (value: number): void => {
    const from = begin(0)
    const gesture = outerGesture(from.stage, from.use, from.outer, value)
    if (gesture !== null) showGesture(gesture)
  }
  const end = (): void => {
    if (drag.current === null) return
    drag.current = null
    endGesture()
  }
  const down = (event: PointerEvent<SVGGElement>): void => {
    if (event.button !== 0) return
    event.stopPropagation()
    event.currentTarget.focus()
    if (locked) return
    // A lane that comes before the active one would shift it; the page's own choice holds.
    selectLane(null)
    event.currentTarget.setPointerCapture(event.pointerId)
    begin(event.clientY)
  }
  const move = (event: PointerEvent<SVGGElement>): void => {
    if (drag.current === null || !event.currentTarget.hasPointerCapture(event.pointerId)) return
    const { startY, from } = drag.current
    const grain = event.altKey ? scale.unit / 10 : scale.unit
    const wanted = axes.tAt(axes.y(from) + event.clientY - startY)
    show(tidy(Math.round(Math.min(Math.max(wanted, 0), axes.high) / grain) * grain))
  }
  const key = (event: KeyboardEvent<SVGGElement>): void => {
    if (event.key === 'Escape') {
      drag.current = null
      cancelGesture()
    } else {
      const to = locked || event.ctrlKey || event.metaKey ? null : stepOf(event, t, scale)
      if (to === null) return
      show(to)
    }
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <g
      className={active ? 'point outer-point outer-active' : 'point outer-point'}
      role="slider"
      tabIndex={0}
      aria-label={`${ends.name} ${ends.isWay ? 'of' : 'for'} ${title}`}
      aria-orientation="vertical"
      aria-valuemin={Math.min(0, t)}
      aria-valuemax={Math.max(scale.high, t)}
      aria-valuenow={t}
      aria-valuetext={`${formatT(t)} for ${title}${ends.isWay ? `: ${mixtureInWords(t, ends.base, ends.other)}` : ''}`}
      aria-disabled={locked || undefined}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onLostPointerCapture={end}
      onKeyDown={key}
      onKeyUp={end}
      onBlur={end}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      {ghostY !== null && <circle className="outer-ghost" cx={x} cy={ghostY} r="5.5" />}
      <circle className="point-hit" cx={x} cy={y} r="15" />
      <circle className="point-ring" cx={x} cy={y} r="11" />
      <path className="point-dot" d={`M${x} ${y - 6.5}l6.5 6.5l-6.5 6.5l-6.5 -6.5z`} stroke={`url(#${hue})`} />
      <text className="point-value" x={x} y={numberFoot(axes, y, ghostY)} textAnchor="middle">
        {formatT(t)}
      </text>
    </g>
  )
}
