import type { Inks } from '../flight/inks.ts'
import { type Axes, numberFoot } from './axes.ts'
import { formatT } from './words.ts'

/** Everything of the chart that follows a hand, at one moment. */
export interface CurveShown {
  /** By layer; NaN where the lane holds for none. */
  readonly curve: readonly number[]
  readonly ghost: readonly number[] | null
  readonly points: readonly PointShown[]
  readonly outer: readonly OuterShown[]
}

interface PointShown {
  readonly x: number
  readonly t: number
  readonly selected: boolean
  /** The ring of the keyboard's focus. */
  readonly ringed: boolean
}

interface OuterShown {
  readonly x: number
  readonly t: number
  /** Under the dialect compared with; null where that is not shown. */
  readonly ghost: number | null
}

/** Literal colours of the chart (chart.css). */
export interface CurveInks {
  readonly sans: string
  readonly hue: CanvasGradient
  readonly ink: string
  readonly ink3: string
  readonly panel: string
  readonly focus: string
}

export function curveInks(
  context: CanvasRenderingContext2D,
  { sans, colour }: Inks,
  axes: Axes,
  ends: { readonly isWay: boolean; readonly baseColour: string; readonly otherColour: string },
): CurveInks {
  const hue = context.createLinearGradient(0, axes.y(0), 0, axes.y(ends.isWay ? 1 : axes.high))
  hue.addColorStop(0, colour(ends.baseColour))
  hue.addColorStop(1, colour(ends.otherColour))
  const [ink, ink3, panel, focus] = ['--ink', '--ink-3', '--panel', '--focus'].map((name) => colour(`var(${name})`))
  return { sans, hue, ink: ink ?? '', ink3: ink3 ?? '', panel: panel ?? '', focus: focus ?? '' }
}

/** Paints the curve and its points as the chart draws them (gradient-chart.tsx, chart.css). */
export function paintCurve(context: CanvasRenderingContext2D, shown: CurveShown, axes: Axes, inks: CurveInks): void {
  const { curve, ghost } = shown
  context.lineCap = 'round'
  context.lineJoin = 'round'
  if (ghost !== null) {
    context.setLineDash([1, 4])
    stroke(context, lineOf(ghost, axes), inks.ink3, 1.5)
    context.setLineDash([])
  }
  context.globalAlpha = 0.3
  context.fillStyle = inks.hue
  context.fill(areaOf(curve, axes))
  const line = lineOf(curve, axes)
  context.globalAlpha = 0.65
  stroke(context, line, inks.hue, 10)
  context.globalAlpha = 1
  stroke(context, line, inks.ink, 3)
  if (curve.length < 2 || axes.x(1) - axes.x(0) >= 4) {
    const dots = new Path2D()
    for (const [layer, t] of curve.entries()) {
      if (Number.isNaN(t)) continue
      dots.moveTo(axes.x(layer) + 1, axes.y(t))
      dots.arc(axes.x(layer), axes.y(t), 1, 0, 2 * Math.PI)
    }
    context.globalAlpha = 0.8
    context.fillStyle = inks.panel
    context.fill(dots)
    context.globalAlpha = 1
  }
  for (const point of shown.points) paintPoint(context, point, axes, inks)
  for (const point of shown.outer) paintOuter(context, point, axes, inks)
}

/** Runs of layers between those where the lane holds for none. */
function* runsOf(curve: readonly number[]): Generator<readonly [from: number, to: number]> {
  let from = -1
  for (let layer = 0; layer <= curve.length; layer++) {
    const known = layer < curve.length && !Number.isNaN(curve[layer])
    if (known && from < 0) from = layer
    if (known || from < 0) continue
    yield [from, layer]
    from = -1
  }
}

function lineOf(curve: readonly number[], axes: Axes): Path2D {
  const path = new Path2D()
  const runs = [...runsOf(curve)]
  for (const [from, to] of runs) {
    // A lane of one layer is a short stroke.
    const stub = runs.length === 1 && to - from === 1 ? 5 : 0
    path.moveTo(axes.x(from) - stub, axes.y(curve[from] ?? 0))
    for (let layer = from + 1; layer < to; layer++) path.lineTo(axes.x(layer), axes.y(curve[layer] ?? 0))
    if (to - from === 1) path.lineTo(axes.x(from) + stub, axes.y(curve[from] ?? 0))
  }
  return path
}

function areaOf(curve: readonly number[], axes: Axes): Path2D {
  const path = new Path2D()
  for (const [from, to] of runsOf(curve)) {
    path.moveTo(axes.x(from), axes.y(0))
    for (let layer = from; layer < to; layer++) path.lineTo(axes.x(layer), axes.y(curve[layer] ?? 0))
    path.lineTo(axes.x(to - 1), axes.y(0))
    path.closePath()
  }
  return path
}

function stroke(context: CanvasRenderingContext2D, path: Path2D, style: string | CanvasGradient, width: number): void {
  context.strokeStyle = style
  context.lineWidth = width
  context.stroke(path)
}

function circle(x: number, y: number, r: number): Path2D {
  const path = new Path2D()
  path.arc(x, y, r, 0, 2 * Math.PI)
  return path
}

function paintPoint(
  context: CanvasRenderingContext2D,
  { x, t, selected, ringed }: PointShown,
  axes: Axes,
  inks: CurveInks,
): void {
  const y = axes.y(t)
  if (ringed) stroke(context, circle(x, y, 11), inks.focus, 2)
  const dot = circle(x, y, 6.5)
  context.fillStyle = selected ? inks.ink : inks.panel
  context.fill(dot)
  stroke(context, dot, inks.hue, 3.5)
  writeValue(context, formatT(t), x, numberFoot(axes, y), `700 13px ${inks.sans}`, inks)
}

function paintOuter(context: CanvasRenderingContext2D, { x, t, ghost }: OuterShown, axes: Axes, inks: CurveInks): void {
  const y = axes.y(t)
  const ghostY = ghost === null || ghost === t ? null : axes.y(ghost)
  if (ghostY !== null) {
    context.setLineDash([1, 3])
    stroke(context, circle(x, ghostY, 5.5), inks.ink3, 1.5)
    context.setLineDash([])
  }
  const diamond = new Path2D(`M${x} ${y - 6.5}l6.5 6.5l-6.5 6.5l-6.5 -6.5z`)
  context.fillStyle = inks.panel
  context.fill(diamond)
  stroke(context, diamond, inks.hue, 3.5)
  writeValue(context, formatT(t), x, numberFoot(axes, y, ghostY), `500 11px ${inks.sans}`, inks)
}

function writeValue(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  foot: number,
  font: string,
  inks: CurveInks,
): void {
  context.font = font
  context.textAlign = 'center'
  context.strokeStyle = inks.panel
  context.lineWidth = 3
  context.strokeText(text, x, foot)
  context.fillStyle = inks.ink
  context.fillText(text, x, foot)
}
