import type { PlanGeometry } from '../../geometry/index.ts'
import type { CosineBasis, DepthView } from '../../store/geometry-state.ts'
import { GUTTER, MARGIN } from '../depth-columns.ts'
import { cssColour, inkOn, mixColours, type Oklab, type Rgb, ramp } from './colour.ts'
import { type DepthAxis, depthAxisOf } from './depth-axis.ts'
import { type CellBox, cellBoxes, depthScale, layerTicks, rowTops } from './depth-layout.ts'
import { depthNumbers, rangeOf } from './depth-values.ts'
import type { Drawing, Mark } from './drawing.ts'
import { groundKeeper } from './ground.ts'
import type { Palette } from './palette.ts'
import { branchOf, sharesOf } from './stage-values.ts'

export interface DepthContents {
  readonly geometry: PlanGeometry
  readonly view: DepthView
  readonly stage: string
  readonly cosines: CosineBasis
  /** Colour of each checkpoint of the plan. */
  readonly colours: readonly Oklab[]
  readonly palette: Palette
  /** Jobs that a running merge has finished; null while none runs. */
  readonly done: ReadonlySet<number> | null
  /** Job with the cursor; null draws none, as for export. */
  readonly pointed: number | null
}

/** Room for the frame of the cursor above the first row, and for names below the last. */
const ABOVE = 3
const BELOW = 17
const TEXT = 11

export interface DepthDrawing extends Drawing {
  readonly boxes: readonly CellBox[]
}

const keepGround = groundKeeper()

/** The depth map: layers across, the tensors of a layer down. */
export function drawDepthMap(contents: DepthContents, width: number, height: number): DepthDrawing {
  const { geometry, palette, pointed } = contents
  const axis = depthAxisOf(geometry.layout.jobs)
  const scale = depthScale(axis, GUTTER, Math.max(GUTTER + 10, width - MARGIN))
  const rowHeight = rowHeightFor(axis, height - BELOW - ABOVE)
  const boxes = cellBoxes(axis, scale, ABOVE, rowHeight)
  const bottom = ABOVE + rowTops(axis, rowHeight).height
  const ground = keepGround([axis, width, height, palette], (marks) => {
    drawRowNames(marks, axis, rowHeight, palette)
    drawDepthNames(marks, axis, scale, bottom + 10, palette)
  })
  const marks: Mark[] = []
  drawCells(marks, contents, boxes)
  const box = pointed === null ? undefined : boxes[pointed]
  if (box !== undefined) drawCursor(marks, box, palette)
  return { width, height: Math.min(height, bottom + BELOW), ground, marks, boxes }
}

/** As high as the room allows, in whole pixels so that the cells' edges are sharp. */
function rowHeightFor(axis: DepthAxis, height: number): number {
  const modules = new Set(axis.rows.map(({ module }) => module)).size
  const rows = Math.max(1, axis.rows.length)
  return Math.max(3, Math.min(36, Math.floor((height - 4 * modules) / rows)))
}

function drawRowNames(marks: Mark[], axis: DepthAxis, rowHeight: number, palette: Palette): void {
  const { tops } = rowTops(axis, rowHeight)
  const size = Math.min(TEXT, rowHeight)
  // Too low for a name each: the modules alone.
  if (rowHeight < 9) {
    for (const [index, row] of axis.rows.entries()) {
      if (axis.rows[index - 1]?.module === row.module) continue
      const count = axis.rows.filter(({ module }) => module === row.module).length
      const y = ABOVE + (tops[index] ?? 0) + (count * rowHeight) / 2
      marks.push({ kind: 'text', x: GUTTER - 8, y, text: row.module, fill: palette.ink2, size: TEXT, anchor: 'end' })
    }
    return
  }
  for (const [index, row] of axis.rows.entries()) {
    const y = ABOVE + (tops[index] ?? 0) + rowHeight / 2
    const text = row.short.replace(/_layernorm$/, '_norm').replace(/^post_attention_norm$/, 'post_norm')
    marks.push({ kind: 'text', x: GUTTER - 8, y, text: fitted(text), fill: palette.ink2, size, anchor: 'end' })
  }
}

function fitted(text: string): string {
  return text.length > 12 ? `${text.slice(0, 11)}…` : text
}

function drawCells(marks: Mark[], contents: DepthContents, boxes: readonly CellBox[]): void {
  const { palette, done, geometry } = contents
  const fills = cellFills(contents)
  let [last, text]: [Rgb | null, string] = [null, '']
  for (const [job, box] of boxes.entries()) {
    const fill = fills[job] ?? null
    const gap = box.width > 4 ? 1 : box.width > 2 ? 0.5 : 0
    const cell = { x: box.x, y: box.y, width: box.width - gap, height: box.height - 1 }
    const opacity = done === null || done.has(job) ? 1 : 0.28
    if (fill === null) {
      // Nothing known, or nothing to show: an empty frame, which no colour of a scale looks like.
      const inner = { x: cell.x + 0.5, y: cell.y + 0.5, width: Math.max(0.5, cell.width - 1), height: cell.height - 1 }
      marks.push({ kind: 'rect', ...inner, stroke: palette.edge })
      continue
    }
    if (fill !== last) text = cssColour(fill)
    last = fill
    marks.push({ kind: 'rect', ...cell, fill: text, opacity })
    if (contents.view === 'branch') drawBranchSign(marks, cell, branchOf(geometry, job, contents.stage), inkOn(fill))
  }
}

function cellFills(contents: DepthContents): readonly (Rgb | null)[] {
  const { geometry, view, stage, cosines, colours, palette } = contents
  const { jobs, models } = geometry.layout
  if (view === 'share') {
    const shares = sharesOf(geometry, stage)
    let colour: Rgb | null = null
    return jobs.map((_, job) => {
      // Most tensors of a layer are mixed alike, and stand beside each other.
      if (job === 0 || !isSame(shares, (job - 1) * models, job * models, models))
        colour = mixColours(colours, shares.subarray(job * models, (job + 1) * models))
      return colour
    })
  }
  if (view === 'branch') return jobs.map((_, job) => branchColour(branchOf(geometry, job, stage), palette))
  const values = depthNumbers(geometry, view, stage, cosines)
  const [low, high] = rangeOf(view, values)
  const span = high > low ? high - low : 1
  return Array.from(values, (value) => (Number.isNaN(value) ? null : ramp(palette[view], (value - low) / span)))
}

function isSame(values: Float64Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (values[a + i] !== values[b + i]) return false
  return true
}

const BRANCH_AT = { slerp: 0.78, lerp: 0.42, linear: 0.55, copy: 0.06, elementwise: 0.9, unknown: null } as const

/** Steps of one ramp, so that lightness tells them apart too; each has a sign besides. */
export function branchColour(branch: keyof typeof BRANCH_AT | null, palette: Palette): Rgb | null {
  const at = branch === null ? null : BRANCH_AT[branch]
  if (at === null) return null
  return ramp(branch === 'slerp' || branch === 'copy' ? palette.t : palette.angle, at)
}

/** LERP has a stroke across, linear two, a copy a dot, element by element four small ones; SLERP is plain. */
export function drawBranchSign(marks: Mark[], cell: CellBox, branch: string | null, ink: string): void {
  const [cx, cy] = [cell.x + cell.width / 2, cell.y + cell.height / 2]
  const r = Math.min(cell.width, cell.height, 11) / 2 - 1
  if (r < 1) return
  if (branch === 'copy') marks.push({ kind: 'circle', x: cx, y: cy, r: Math.max(1, r / 2.4), fill: ink })
  if (branch === 'lerp') marks.push({ kind: 'path', d: `M${cx - r},${cy + r}L${cx + r},${cy - r}`, stroke: ink })
  if (branch === 'linear')
    marks.push({ kind: 'path', d: `M${cx - r},${cy - 1.5}h${2 * r}M${cx - r},${cy + 1.5}h${2 * r}`, stroke: ink })
  if (branch === 'elementwise')
    for (const [dx, dy] of CORNERS)
      marks.push({ kind: 'circle', x: cx + (dx * r) / 2, y: cy + (dy * r) / 2, r: Math.max(0.8, r / 5), fill: ink })
}

const CORNERS = [
  [-1, -1],
  [1, -1],
  [-1, 1],
  [1, 1],
] as const

function drawCursor(marks: Mark[], box: CellBox, palette: Palette): void {
  const { x, y, width, height } = box
  const frame = { x: x - 1.5, y: y - 1.5, width: Math.max(3, width + 2), height: height + 2 }
  marks.push({ kind: 'rect', ...frame, stroke: palette.panel, strokeWidth: 4 })
  marks.push({ kind: 'rect', ...frame, stroke: palette.ink, strokeWidth: 2 })
}

/** embed_tokens, numbers of layers, norm and lm_head. Also under the ancestry chart. */
export function drawDepthNames(
  marks: Mark[],
  axis: DepthAxis,
  scale: ReturnType<typeof depthScale>,
  y: number,
  palette: Palette,
): void {
  const ticks = new Set(layerTicks(axis, scale, 26))
  const short: Record<string, string> = { embed_tokens: 'embed', lm_head: 'head', norm: 'norm', other: 'other' }
  for (const [index, { name, layer }] of axis.places.entries()) {
    const x = (scale.left[index] ?? 0) + (scale.width[index] ?? 0) / 2
    if (layer !== null && !ticks.has(layer)) continue
    const text = layer === null ? (short[name] ?? name) : String(layer)
    marks.push({ kind: 'text', x, y, text, fill: palette.ink3, size: layer === null ? 10 : TEXT, anchor: 'middle' })
  }
}
