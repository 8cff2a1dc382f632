import { BASES, type PlanGeometry, stageOf } from '../geometry/index.ts'
import type { JobStage } from '../plan/plan.ts'
import {
  formatAngle,
  formatCos,
  formatDifference,
  formatDrift,
  formatExactly,
  formatNorm,
  formatShare,
} from './charts/numbers.ts'
import { differenceOf, driftOf } from './charts/stage-values.ts'
import type { Inks } from './flight/inks.ts'
import type { Face, Pen } from './flight/pen.ts'
import type { StageColumn } from './tensor-columns.ts'
import type { TensorRow } from './tensor-order.ts'
import type { TensorsShown } from './tensor-row.tsx'
import { wayOf, wayWords } from './tensor-stage.tsx'

/** Where a column stands on the canvas; its content begins at `x`. */
export interface ColumnPlace {
  readonly x: number
  readonly width: number
}

/** The cells in view that may follow a hand. */
export interface TablePlaces {
  /** Null where it is out of view. */
  readonly share: ColumnPlace | null
  /** By stage of the table, its columns in view. */
  readonly stages: readonly { readonly label: string; readonly columns: ReadonlyMap<StageColumn, ColumnPlace> }[]
}

/** The ways to write of tensors.css and tensor-columns.css. */
export interface TableFaces {
  readonly ground: string
  readonly text: Face
  readonly lerp: Face
  readonly t: Face
  readonly angle: Face
  readonly sampled: Face
  readonly exact: Face
  readonly more: Face
  readonly code: Face
  readonly share: Face
  /** By model: its number in its colour. */
  readonly models: readonly Face[]
}

export function tableFaces({ sans, mono, colour }: Inks, models: TensorsShown['models']): TableFaces {
  const face = (weight: number, size: number, ink: string, family = sans): Face => ({
    font: `${weight} ${size}px ${family}`,
    ink: colour(`var(--${ink})`),
  })
  return {
    ground: colour('var(--panel)'),
    text: face(400, 13, 'ink'),
    lerp: face(400, 13, 'warning'),
    t: face(650, 13, 'ink'),
    angle: face(600, 13, 'ink'),
    sampled: face(400, 11, 'warning'),
    exact: face(400, 11, 'good'),
    more: face(400, 12, 'ink-2'),
    code: face(400, 12, 'ink', mono),
    share: face(400, 12, 'ink'),
    models: models.map((model) => face(700, 12, model.colour === null ? 'ink' : `model-${model.colour}`)),
  }
}

/** Height of a cell without its line below, and where its two lines begin. */
const [CELL, FIRST, FIRST_HEIGHT, SECOND, SECOND_HEIGHT] = [41, 4, 17, 21, 16] as const
/** Where two lines of 16 begin. */
const EVEN = 4.5
const GAP = 6

interface RowContents {
  readonly row: TensorRow
  readonly shown: TensorsShown
  readonly geometry: PlanGeometry
  /** Name of the stage that is bent. */
  readonly bent: string
}

/** Paints what follows the hand of one row, over what the document has there. @param top of the row on the canvas */
export function paintRow(pen: Pen, faces: TableFaces, places: TablePlaces, top: number, contents: RowContents): void {
  const { row, geometry, bent } = contents
  if (places.share !== null) paintShares(pen, faces, places.share, top, contents)
  const stages = geometry.layout.jobs[row.place]?.stages ?? []
  const moved = movedStages(stages, bent)
  for (const { label, columns } of places.stages) {
    const index = stages.findIndex((stage) => stage.label === label)
    if (columns.size > 0 && moved[index] === true) paintStage(pen, faces, columns, top, contents, index)
  }
}

/** By stage of the job: whether it is the one that is bent, or rests on it. */
function movedStages(stages: readonly JobStage[], bent: string): readonly boolean[] {
  const moved: boolean[] = []
  for (const { label, operands } of stages)
    moved.push(label === bent || operands.some((operand) => 'stage' in operand && moved[operand.stage] === true))
  return moved
}

function clear({ context, fill }: Pen, { ground }: TableFaces, { x, width }: ColumnPlace, y: number, height: number) {
  fill(ground)
  // Letters reach a little beyond their place.
  context.fillRect(Math.round(x) - 2, y, Math.round(width) + 4, height)
}

/** As SharesCell: wrapped, in the middle. */
function paintShares(
  pen: Pen,
  faces: TableFaces,
  place: ColumnPlace,
  top: number,
  { row, shown, geometry }: RowContents,
): void {
  clear(pen, faces, place, top, CELL)
  const { models } = shown
  const first = row.place * geometry.layout.models
  let [x, line] = [place.x, 0]
  const parts: { number: string; face: Face; text: string; x: number; at: number; line: number }[] = []
  for (const [model, { name, colour }] of models.entries()) {
    const share = geometry.share[first + model] ?? 0
    const face = faces.models[model]
    if (share === 0 || face === undefined) continue
    const [number, text] = [colour === null ? name : String(colour + 1), ` ${formatShare(share)}`]
    const aside = pen.width(face, number)
    const width = aside + pen.width(faces.share, text)
    if (x > place.x && x + width > place.x + place.width) {
      x = place.x
      line++
    }
    parts.push({ number, face, text, x, at: x + aside, line })
    x += width + 8
  }
  const begin = top + EVEN + (32 - 16 * (line + 1)) / 2
  for (const part of parts) {
    const y = begin + 16 * part.line
    pen.write(part.face, part.number, part.x, y, 16)
    pen.write(faces.share, part.text, part.at, y, 16)
  }
}

/** As StageCells. */
function paintStage(
  pen: Pen,
  faces: TableFaces,
  columns: ReadonlyMap<StageColumn, ColumnPlace>,
  top: number,
  { row: { job, place: index }, shown, geometry, bent }: RowContents,
  at: number,
): void {
  const planned = geometry.layout.jobs[index]?.stages[at]
  if (planned === undefined) return
  const { cosines, reports } = shown
  const stage = stageOf(geometry, index, at, shown.grams[index] ?? null)
  const went = reports.get(job.name)?.stages.find(({ label }) => label === planned.label)
  const t = columns.get('t')
  if (t !== undefined) {
    clear(pen, faces, t, top, SECOND)
    const way = wayOf(planned.rule, went?.branch ?? stage.branch)
    const words = wayWords(planned.rule, way, went === undefined && !stage.branchCertain)
    pen.write(way === 'lerp' ? faces.lerp : faces.text, words, t.x, top + FIRST, FIRST_HEIGHT)
    const value = 'weights' in planned.rule ? planned.rule.weights : stage.t === null ? [] : [stage.t]
    const x = t.x + pen.width(faces.text, words) + GAP
    pen.write(faces.t, value.map((number) => number.toFixed(4)).join(' : '), x, top + FIRST, FIRST_HEIGHT)
  }
  const angle = columns.get('angle')
  // What goes into the stage that is bent stays.
  if (angle !== undefined && planned.label !== bent) {
    const raw = cosines === 'raw'
    const cos = raw ? stage.cos : stage.cosCentred
    const basis = BASES[geometry.basis[index] ?? 0] ?? 'none'
    clear(pen, faces, angle, top, CELL)
    if (cos !== null) {
      const words = formatAngle((((raw ? stage.angle : null) ?? Math.acos(cos)) * 180) / Math.PI)
      pen.write(faces.angle, words, angle.x, top + FIRST, FIRST_HEIGHT)
      const face = basis === 'sampled' ? faces.sampled : faces.exact
      // On one baseline with the larger number before it.
      pen.write(face, basis, angle.x + pen.width(faces.angle, words) + GAP, top + FIRST + 1, FIRST_HEIGHT)
      const interval = raw ? stage.cosInterval : null
      const more = interval === null ? '' : ` ${formatCos(interval.low)} – ${formatCos(interval.high)}`
      pen.write(faces.more, `cos ${formatCos(cos)}${more}`, angle.x, top + SECOND, SECOND_HEIGHT)
    }
  }
  const coefficients = columns.get('coefficients')
  if (coefficients !== undefined) {
    clear(pen, faces, coefficients, top, CELL)
    const numbers = stage.coefficients.map((coefficient) => formatExactly(coefficient ?? Number.NaN))
    const lines = numbers.length <= 2 ? numbers : [numbers.join(' ')]
    const begin = top + EVEN + (32 - 16 * lines.length) / 2
    for (const [line, text] of lines.entries()) pen.write(faces.code, text, coefficients.x, begin + 16 * line, 16)
  }
  const norm = columns.get('norm')
  if (norm !== undefined) {
    clear(pen, faces, norm, top, SECOND)
    pen.write(faces.text, formatNorm(stage.norm ?? Number.NaN), norm.x, top + FIRST, FIRST_HEIGHT)
  }
  const drift = columns.get('drift')
  if (drift !== undefined) {
    clear(pen, faces, drift, top, CELL)
    const label = planned.label ?? ''
    const [change, difference] = [driftOf(geometry, index, label), differenceOf(geometry, index, label)]
    pen.write(faces.text, formatDrift(change), drift.x, top + FIRST, FIRST_HEIGHT)
    pen.write(faces.more, formatDifference(difference), drift.x, top + SECOND, SECOND_HEIGHT)
  }
}
