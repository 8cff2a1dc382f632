import { area, curveMonotoneX } from 'd3-shape'
import type { PlanGeometry } from '../../geometry/index.ts'
import { GUTTER, MARGIN } from '../depth-columns.ts'
import { between, cssColour, fromOklab, inkOn, parseRgb, toOklab } from './colour.ts'
import { depthAxisOf } from './depth-axis.ts'
import { drawDepthNames } from './depth-drawing.ts'
import { depthScale } from './depth-layout.ts'
import type { Drawing, Mark } from './drawing.ts'
import { groundKeeper } from './ground.ts'
import type { LegendModel } from './legend.ts'
import type { Palette } from './palette.ts'
import { sharesOf } from './stage-values.ts'

/**
 * Share of every original at each place of the depth axis: the mean over the place's tensors, each counted by its bytes.
 * @returns places x models, each row adding up to 1; NaN where the stage makes no tensor of the place
 */
export function ancestryOf(geometry: PlanGeometry, stage: string): Float64Array {
  const known = found.get(geometry)
  if (known?.stage === stage) return known.shares
  const shares = addUp(geometry, stage)
  found.set(geometry, { stage, shares })
  return shares
}

/** The drawing and its words ask for the same. */
const found = new WeakMap<PlanGeometry, { readonly stage: string; readonly shares: Float64Array }>()

function addUp(geometry: PlanGeometry, stage: string): Float64Array {
  const { jobs, models } = geometry.layout
  const { places } = depthAxisOf(jobs)
  const shares = sharesOf(geometry, stage)
  const result = new Float64Array(places.length * models)
  for (const [place, { jobs: own }] of places.entries()) {
    let total = 0
    for (const job of own) {
      if (Number.isNaN(shares[job * models])) continue
      const size = jobs[job]?.byteLength ?? 0
      total += size
      for (let model = 0; model < models; model++) {
        const at = place * models + model
        result[at] = (result[at] ?? 0) + size * (shares[job * models + model] ?? 0)
      }
    }
    for (let model = 0; model < models; model++) {
      const at = place * models + model
      result[at] = total > 0 ? (result[at] ?? 0) / total : Number.NaN
    }
  }
  return result
}

interface Span {
  readonly x: number
  readonly low: number
  readonly high: number
}

const BELOW = 17
/** How much of a model's colour its area has; the rest is the ground's. */
const AREA = 0.5

const keepGround = groundKeeper()

/** The ancestry chart: stacked shares of the originals over depth, on the depth map's own axis. */
export function drawAncestry(
  geometry: PlanGeometry,
  stage: string,
  models: readonly LegendModel[],
  palette: Palette,
  pointed: number | null,
  width: number,
  height: number,
): Drawing {
  const axis = depthAxisOf(geometry.layout.jobs)
  const scale = depthScale(axis, GUTTER, Math.max(GUTTER + 10, width - MARGIN))
  const shares = ancestryOf(geometry, stage)
  const bottom = height - BELOW
  const y = (share: number): number => 6 + (1 - share) * (bottom - 6)
  const ground = keepGround([axis, width, height, palette], (marks) => {
    for (const share of [0, 0.5, 1]) {
      marks.push({ kind: 'path', d: `M${GUTTER - 4},${y(share)}H${width - MARGIN}`, stroke: palette.edge })
      const text = `${100 * share} %`
      marks.push({ kind: 'text', x: GUTTER - 8, y: y(share), text, fill: palette.ink3, size: 10, anchor: 'end' })
    }
    drawDepthNames(marks, axis, scale, bottom + 9, palette)
  })
  const marks: Mark[] = []
  const shape = area<Span>(
    ({ x }) => x,
    ({ low }) => y(low),
    ({ high }) => y(high),
  )
    .curve(curveMonotoneX)
    .digits(2)
  const paper = toOklab(parseRgb(palette.panel))
  const place = pointed === null ? -1 : (axis.placeOf[pointed] ?? -1)
  const cursor = place < 0 ? Number.NaN : (scale.left[place] ?? 0) + (scale.width[place] ?? 0) / 2
  for (const [index, { name, number, colour }] of models.entries()) {
    // Large areas in full colour would outshine the curve above them.
    const rgb = fromOklab(between(paper, colour, AREA))
    const layers: Span[] = []
    for (const [place, { layer }] of axis.places.entries()) {
      const span = stacked(shares, models.length, place, index)
      if (span === null) continue
      const [x, own] = [scale.left[place] ?? 0, scale.width[place] ?? 0]
      if (layer === null) {
        const [top, low] = [y(span.high), y(span.low)]
        marks.push({ kind: 'rect', x, y: top, width: own, height: Math.max(0, low - top), fill: cssColour(rgb) })
        continue
      }
      // The area reaches from the first layer's left edge to the last one's right.
      if (layers.length === 0) layers.push({ x, ...span })
      layers.push({ x: x + own / 2, ...span })
      if (axis.places[place + 1]?.layer == null) layers.push({ x: x + own, ...span })
    }
    const d = shape(layers)
    if (d !== null) marks.push({ kind: 'path', d, fill: cssColour(rgb), stroke: palette.panel, strokeWidth: 1 })
    // Not where the cursor would stand on it.
    const free = layers.slice(2, -2).filter(({ x }) => !(Math.abs(x - cursor) <= 9))
    const widest = free.toSorted((a, b) => b.high - b.low - (a.high - a.low))[0]
    if (widest !== undefined && (widest.high - widest.low) * (bottom - 6) >= 15) {
      const text = number === null ? name : String(number)
      const place = { x: widest.x, y: y((widest.low + widest.high) / 2) }
      marks.push({ kind: 'text', ...place, text, fill: inkOn(rgb), size: 12, anchor: 'middle', bold: true })
    }
  }
  if (!Number.isNaN(cursor)) {
    marks.push({ kind: 'path', d: `M${cursor},2V${bottom}`, stroke: palette.panel, strokeWidth: 4 })
    marks.push({ kind: 'path', d: `M${cursor},2V${bottom}`, stroke: palette.ink, strokeWidth: 2 })
  }
  return { width, height, ground, marks }
}

/** Of shares below zero (a base that several models lead away from) there is no area: what is above it is drawn in its proportions. */
function stacked(shares: Float64Array, models: number, place: number, model: number): Omit<Span, 'x'> | null {
  const own = shares[place * models + model] ?? Number.NaN
  if (Number.isNaN(own)) return null
  let [low, total] = [0, 0]
  for (let each = 0; each < models; each++) {
    const share = Math.max(0, shares[place * models + each] ?? 0)
    total += share
    if (each < model) low += share
  }
  if (total === 0) return null
  return { low: low / total, high: (low + Math.max(0, own)) / total }
}

/** The ancestry of one place, in words. */
export function ancestryText(
  geometry: PlanGeometry,
  stage: string,
  job: number,
  models: readonly LegendModel[],
): string {
  const axis = depthAxisOf(geometry.layout.jobs)
  const place = axis.placeOf[job] ?? 0
  const shares = ancestryOf(geometry, stage)
  const parts = models.flatMap(({ name }, model) => {
    const share = shares[place * models.length + model] ?? Number.NaN
    return share > 0 || share < -5e-4 ? [`${(100 * share).toFixed(1).replace('-', '−')} % ${name}`] : []
  })
  return `${axis.places[place]?.name ?? ''}: ${parts.length === 0 ? 'not made by this stage' : parts.join(', ')}`
}
