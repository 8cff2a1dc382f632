import { area, line } from 'd3-shape'
import type { Axes } from './axes.ts'

/** How many patterns the lanes have before they repeat (styles/editor.css). */
export const PATTERNS = 5

/** The curve through the layers, broken where the lane holds for none. */
export function pathOf(curve: readonly number[], axes: Axes): string {
  const draw = line<number>()
    .defined((t) => !Number.isNaN(t))
    .x((_, layer) => round(axes.x(layer)))
    .y((t) => round(axes.y(t)))
  const single = curve.filter((t) => !Number.isNaN(t)).length === 1
  return single ? stub(curve, axes) : (draw([...curve]) ?? '')
}

/** What lies between the curve and t 0, over the layers where the lane holds. */
export function areaOf(curve: readonly number[], axes: Axes): string {
  const draw = area<number>()
    .defined((t) => !Number.isNaN(t))
    .x((_, layer) => round(axes.x(layer)))
    .y0(round(axes.y(0)))
    .y1((t) => round(axes.y(t)))
  return draw([...curve]) ?? ''
}

/** A dot a layer, as strokes of no length with round ends. */
export function dotsOf(curve: readonly number[], axes: Axes): string {
  const room = curve.length < 2 ? 99 : axes.x(1) - axes.x(0)
  if (room < 4) return ''
  return curve.map((t, layer) => (Number.isNaN(t) ? '' : `M${round(axes.x(layer))} ${round(axes.y(t))}h0`)).join('')
}

/** A lane of one layer is a short stroke. */
function stub(curve: readonly number[], axes: Axes): string {
  const layer = curve.findIndex((t) => !Number.isNaN(t))
  return `M${round(axes.x(layer)) - 5} ${round(axes.y(curve[layer] ?? 0))}h10`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

interface Props {
  readonly path: string
  readonly lane: number
  readonly title: string
  /** Of a curve that belongs to another model. */
  readonly colour?: string
  readonly onPick: () => void
}

/** The curve of a lane that is not the active one; a click makes it so. The lanes' buttons do the same for the keyboard. */
export function CurveLine({ path, lane, title, colour, onPick }: Props) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button of the lane does the same.
    <g className="curve-other" data-pattern={lane % PATTERNS} onClick={onPick}>
      <title>{title}</title>
      <path className="curve-hit" d={path} />
      <path className="curve-line" d={path} style={colour === undefined ? undefined : { stroke: colour }} />
    </g>
  )
}
