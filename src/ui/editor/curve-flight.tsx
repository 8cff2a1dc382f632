import { type RefObject, useLayoutEffect, useRef } from 'react'
import type { Dialect } from '../../recipe/dialect.ts'
import { pointsOf } from '../../recipe/gradient-edit.ts'
import type { RecipeStage } from '../../recipe/recipe.ts'
import { useEditorView } from '../../store/edits-view.ts'
import { paintInFlight } from '../../store/flight.ts'
import { inksAt } from '../flight/inks.ts'
import { fitCanvas } from '../flight/pen.ts'
import '../flight/flight.css'
import type { Axes } from './axes.ts'
import { curveOf, outerT, pointDepth, sectionOf } from './curve.ts'
import { type CurveShown, curveInks, paintCurve } from './curve-painting.ts'
import type { EndsShown } from './gradient-chart.tsx'
import { type LaneUse, lanesAt, type StageUse } from './lane-use.ts'

interface Props {
  /** What the curve is drawn in. */
  readonly chart: RefObject<HTMLElement | null>
  /** Name of the stage. */
  readonly stage: string | null
  readonly use: StageUse
  readonly lane: LaneUse
  readonly dialect: Dialect
  readonly ghost: Dialect | null
  readonly axes: Axes
  readonly ends: EndsShown
}

/** The curve and its points while a hand bends it: painted over the chart, whose own are hidden until the hand lets go. */
export function CurveFlight(props: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const latest = useRef(props)
  useLayoutEffect(() => {
    latest.current = props
  })
  useLayoutEffect(() => {
    const { chart, stage, ends, axes } = latest.current
    const [over, host] = [canvas.current, chart.current]
    if (over === null || host === null) return
    const { left, top, width, height } = host.getBoundingClientRect()
    const from = over.offsetParent?.getBoundingClientRect()
    const context = fitCanvas(over, width, height)
    if (context === null || from === undefined) return
    // Beside the chart, not in it: there the browser would paint its whole layer with each frame.
    over.style.left = `${left - from.left}px`
    over.style.top = `${top - from.top}px`
    const inks = curveInks(context, inksAt(host), axes, ends)
    const ringed = host.querySelector('.point:focus-visible')?.getAttribute('data-point') ?? ''
    const end = paintInFlight(({ recipe }) => {
      const own = recipe.stages.find(({ name }) => name === stage)
      if (own === undefined) return
      // From the first frame on, and no sooner: a point that is taken and let go stays as it is.
      if (host.dataset['flight'] === undefined) host.dataset['flight'] = ''
      context.clearRect(0, 0, width, height)
      paintCurve(context, shownOf(own, latest.current, Number(ringed === '' ? -1 : ringed)), latest.current.axes, inks)
    })
    return () => {
      end()
      delete host.dataset['flight']
    }
  }, [])
  return <canvas ref={canvas} className="in-flight" />
}

function shownOf(stage: RecipeStage, { lane, use, dialect, ghost, axes }: Props, ringed: number): CurveShown {
  const value = lanesAt(stage, lane.ref)[lane.ref.lane]?.value ?? 0.5
  const points = pointsOf(value)
  const section = sectionOf(lane, use)
  const selected = useEditorView.getState().points
  return {
    curve: curveOf(value, lane, use.sections, dialect),
    ghost: ghost === null ? null : curveOf(value, lane, use.sections, ghost),
    points:
      section === undefined || !lane.layers.includes(true)
        ? []
        : points.map((t, index) => ({
            x: axes.xOfPoint(section, pointDepth(index, points.length)),
            t,
            selected: selected.has(index),
            ringed: index === ringed,
          })),
    outer: use.outer.flatMap((outer) => {
      const t = outerT(stage, outer, dialect)
      return t === null
        ? []
        : [{ x: axes.xOfOuter(outer.kind), t, ghost: ghost === null ? null : outerT(stage, outer, ghost) }]
    }),
  }
}
