import type { Sphere, SpherePoint } from '../../geometry/index.ts'
import { cssColour, fromOklab, inkOn, type Rgb } from './colour.ts'
import type { Drawing, Mark } from './drawing.ts'
import type { LegendModel } from './legend.ts'
import { formatNorm } from './numbers.ts'
import type { Palette } from './palette.ts'

interface SphereContents {
  readonly sphere: Sphere | null
  /** By checkpoint of the plan. */
  readonly models: readonly LegendModel[]
  /** The mixture that the result is. */
  readonly result: Rgb | null
  readonly palette: Palette
}

const MODEL_RADIUS = 9
const BAR = 9
/** Widths in pixels: of the norms beside the sphere, and of a sphere that still tells points apart. */
const LEAST_BARS = 112
const LEAST_SPHERE = 80

/** The sphere of one tensor, with the norms of all that is on it as bars beside. */
export function drawSphere(contents: SphereContents, width: number, height: number): Drawing {
  const { sphere, palette } = contents
  const marks: Mark[] = []
  const beside = width > 1.25 * height && width - LEAST_BARS >= LEAST_SPHERE
  const bars = beside ? Math.min(170, Math.max(width < 400 ? LEAST_BARS : 140, width - height)) : 0
  const radius = Math.max(20, Math.min(width - bars, height) / 2 - 8)
  const [cx, cy] = [(width - bars) / 2, height / 2]
  drawGlobe(marks, cx, cy, radius, palette)
  if (sphere === null) {
    const text = 'Nothing to show yet'
    marks.push({ kind: 'text', x: cx, y: cy, text, fill: palette.ink3, size: 12, anchor: 'middle' })
    return { width, height, marks }
  }
  for (const { shown } of sphere.arcs)
    marks.push({ kind: 'path', d: arcPath(shown, cx, cy, radius), stroke: palette.ink3, strokeWidth: 1.5 })
  const stages: Name[] = []
  for (const point of drawnOrder(sphere.points)) drawPoint(marks, contents, point, cx, cy, radius, stages)
  const taken = sphere.points.map(({ shown }) => around(cx + radius * shown[0], cy - radius * shown[1], 10, 10))
  for (const name of stages) {
    const free = freePlace(name, taken, cx, cy, radius)
    // Too small a sphere: the norms beside it still name the stages.
    if (free === null) continue
    const { x, y } = free
    taken.push(around(x, y, halfWidth(name.text), 7))
    marks.push({ kind: 'text', x, y, text: name.text, fill: palette.ink2, size: 11, anchor: 'middle' })
  }
  if (beside) drawNorms(marks, contents, sphere.points, width - bars + 4, bars - 12, height)
  return { width, height, marks }
}

interface Name {
  readonly x: number
  readonly y: number
  readonly text: string
}

type Box = readonly [left: number, top: number, right: number, bottom: number]

function around(x: number, y: number, across: number, down: number): Box {
  return [x - across, y - down, x + across, y + down]
}

function halfWidth(text: string): number {
  return 3.1 * text.length
}

/** Beside, above or below its point, where it hides no other point or name and stays on the disc; null where there is no such place. */
function freePlace(
  name: Name,
  taken: readonly Box[],
  cx: number,
  cy: number,
  radius: number,
): { x: number; y: number } | null {
  const aside = halfWidth(name.text) + 9
  const places = [
    { x: name.x + aside, y: name.y },
    { x: name.x - aside, y: name.y },
    { x: name.x, y: name.y - 15 },
    { x: name.x, y: name.y + 16 },
    { x: name.x + aside, y: name.y + 14 },
    { x: name.x - aside, y: name.y + 14 },
  ]
  const isFree = ({ x, y }: { x: number; y: number }): boolean => {
    const [left, top, right, bottom] = around(x, y, halfWidth(name.text), 6)
    const inside = Math.hypot(Math.max(Math.abs(left - cx), Math.abs(right - cx)), y - cy) < radius
    const own = around(name.x, name.y, 10, 10)
    return (
      inside &&
      taken.every((box) => {
        const [l, t, r, b] = box
        return (l === own[0] && t === own[1]) || right < l || left > r || bottom < t || top > b
      })
    )
  }
  return places.find(isFree) ?? null
}

/** A disc with the graticule of a globe seen from the front: circles at a third and two thirds, and two diameters. */
function drawGlobe(marks: Mark[], x: number, y: number, r: number, palette: Palette): void {
  marks.push({ kind: 'circle', x, y, r, fill: palette.raised, stroke: palette.edgeStrong })
  for (const angle of [Math.PI / 6, Math.PI / 3])
    marks.push({ kind: 'circle', x, y, r: r * Math.sin(angle), stroke: palette.edge })
  const d = `M${x - r},${y}H${x + r}M${x},${y - r}V${y + r}`
  marks.push({ kind: 'path', d, stroke: palette.edge })
}

function arcPath(shown: Float64Array, cx: number, cy: number, radius: number): string {
  let d = ''
  for (let at = 0; at < shown.length; at += 3) {
    const x = cx + radius * (shown[at] ?? 0)
    const y = cy - radius * (shown[at + 1] ?? 0)
    d += `${at === 0 ? 'M' : 'L'}${x.toFixed(2)},${y.toFixed(2)}`
  }
  return d
}

/** The result on top, models below: where t is 0 or 1 they lie on each other, and both must be seen. */
function drawnOrder(points: readonly SpherePoint[]): readonly SpherePoint[] {
  const rank = { model: 0, stage: 1, result: 2 }
  return points.toSorted((a, b) => rank[a.kind] - rank[b.kind])
}

function drawPoint(
  marks: Mark[],
  { models, result, palette }: SphereContents,
  point: SpherePoint,
  cx: number,
  cy: number,
  radius: number,
  /** Takes the stages' names, which are placed when all points are known. */
  stages: Name[],
): void {
  const x = cx + radius * point.shown[0]
  const y = cy - radius * point.shown[1]
  if (point.kind === 'model') {
    const model = models[point.checkpoint ?? 0]
    const colour = model === undefined ? null : fromOklab(model.colour)
    const fill = colour === null ? palette.ink3 : cssColour(colour)
    marks.push({ kind: 'circle', x, y, r: MODEL_RADIUS, fill, stroke: palette.panel, strokeWidth: 1.5 })
    const text = String(model?.number ?? '')
    const ink = inkOn(colour ?? [0, 0, 0])
    marks.push({ kind: 'text', x, y: y + 0.5, text, fill: ink, size: 11, anchor: 'middle', bold: true })
    return
  }
  if (point.kind === 'stage') {
    marks.push({ kind: 'circle', x, y, r: 4.5, fill: palette.panel, stroke: palette.ink2, strokeWidth: 1.5 })
    stages.push({ x, y, text: point.label ?? '' })
    return
  }
  const s = 7
  const d = `M${x},${y - s}L${x + s},${y}L${x},${y + s}L${x - s},${y}Z`
  const fill = result === null ? palette.ink : cssColour(result)
  marks.push({ kind: 'path', d, fill, stroke: palette.ink, strokeWidth: 2 })
}

/** A bar a point, from zero: what the sphere, which has directions only, cannot show. */
function drawNorms(
  marks: Mark[],
  { models, result, palette }: SphereContents,
  points: readonly SpherePoint[],
  x: number,
  width: number,
  height: number,
): void {
  const most = Math.max(...points.map(({ norm }) => norm).filter(Number.isFinite), 1e-300)
  const pitch = Math.min(34, (height - 24) / points.length)
  let y = Math.max(20, (height - pitch * points.length) / 2 + 8)
  marks.push({ kind: 'text', x, y: y - 12, text: 'Norms', fill: palette.ink3, size: 11 })
  for (const point of points) {
    const model = models[point.checkpoint ?? -1]
    const name = point.kind === 'model' ? (model?.name ?? '') : point.kind === 'result' ? 'Result' : (point.label ?? '')
    const fill =
      point.kind === 'model' && model !== undefined
        ? cssColour(fromOklab(model.colour))
        : point.kind === 'result' && result !== null
          ? cssColour(result)
          : palette.ink3
    const text = formatNorm(point.norm)
    const room = Math.floor((width - 6.6 * text.length - 8) / 6.9)
    const shown = name.length > room ? `${name.slice(0, Math.max(1, room - 1))}…` : name
    marks.push({ kind: 'text', x, y: y + 5, text: shown, fill: palette.ink2, size: 11 })
    marks.push({ kind: 'text', x: x + width, y: y + 5, text, fill: palette.ink2, size: 11, anchor: 'end' })
    if (pitch >= 22) {
      const bar = { x, y: y + 13, height: Math.min(BAR, pitch - 19) }
      marks.push({ kind: 'rect', ...bar, width, fill: palette.raised })
      marks.push({ kind: 'rect', ...bar, width: (width * point.norm) / most || 0, fill })
    }
    y += pitch
  }
}
