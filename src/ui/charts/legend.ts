import type { DepthView } from '../../store/geometry-state.ts'
import { cssColour, fromOklab, inkOn, type Oklab, type Rgb, ramp } from './colour.ts'
import { branchColour, type DepthContents, drawBranchSign } from './depth-drawing.ts'
import { BRANCH_WORDS, depthNumbers, formatDepth, rangeOf } from './depth-values.ts'
import type { Mark } from './drawing.ts'
import type { Palette } from './palette.ts'
import { branchOf } from './stage-values.ts'

/** A model's place in a legend: its number, which is on its card too, and its name. */
export interface LegendModel {
  readonly name: string
  readonly number: number | null
  readonly colour: Oklab
}

const HEIGHT = 18
const SIZE = 11
/** Rough width of a character; the legend is cut where it doesn't fit, never overlaid. */
const CHARACTER = 6

/** Marks of the legend from (x, 0), HEIGHT high, in at most `width` pixels. */
export function drawLegend(contents: DepthContents, models: readonly LegendModel[], x: number, width: number): Mark[] {
  const { view, geometry, palette, stage } = contents
  if (view === 'share') return modelKeys(models, x, width, palette)
  if (view === 'branch') {
    const counts = new Map<keyof typeof BRANCH_WORDS, number>()
    for (const job of geometry.layout.jobs.keys()) {
      const branch = branchOf(geometry, job, stage)
      if (branch !== null) counts.set(branch, (counts.get(branch) ?? 0) + 1)
    }
    return branchKeys(counts, x, palette)
  }
  return rampKey(contents, view, x, Math.min(width, 320))
}

function rampKey(
  contents: DepthContents,
  view: Exclude<DepthView, 'share' | 'branch'>,
  x: number,
  width: number,
): Mark[] {
  const { geometry, stage, cosines, palette } = contents
  const values = depthNumbers(geometry, view, stage, cosines)
  const [low, high] = rangeOf(view, values)
  const room = 66
  const bar = Math.max(40, width - 2 * room)
  const steps = 48
  const marks: Mark[] = []
  const known = values.some((value) => !Number.isNaN(value))
  const ends: readonly (readonly [number, number, 'start' | 'end'])[] = [
    [low, x + room - 7, 'end'],
    [high, x + room + bar + 7, 'start'],
  ]
  for (let step = 0; step < steps; step++) {
    const fill = cssColour(ramp(palette[view], step / (steps - 1)))
    const at = x + room + (bar * step) / steps
    marks.push({ kind: 'rect', x: at, y: 4, width: bar / steps + 0.5, height: HEIGHT - 8, fill })
  }
  for (const [value, at, anchor] of ends) {
    const text = known ? formatDepth(view, value) : '–'
    marks.push({ kind: 'text', x: at, y: HEIGHT / 2, text, fill: palette.ink2, size: SIZE, anchor })
  }
  return marks
}

export function modelKeys(models: readonly LegendModel[], x: number, width: number, palette: Palette): Mark[] {
  const marks: Mark[] = []
  const room = Math.floor(width / Math.max(1, models.length))
  let at = x
  for (const { name, number, colour } of models) {
    const characters = Math.max(3, Math.floor((room - 28) / CHARACTER))
    const text = name.length > characters ? `${name.slice(0, characters - 1)}…` : name
    const rgb = fromOklab(colour)
    marks.push({ kind: 'rect', x: at, y: 2, width: 14, height: 14, fill: cssColour(rgb) })
    if (number !== null) marks.push(signIn(at, String(number), rgb))
    marks.push({ kind: 'text', x: at + 19, y: HEIGHT / 2, text, fill: palette.ink2, size: SIZE })
    at += 19 + text.length * CHARACTER + 14
  }
  return marks
}

function signIn(x: number, text: string, on: Rgb): Mark {
  return { kind: 'text', x: x + 7, y: HEIGHT / 2 + 0.5, text, fill: inkOn(on), size: 10, anchor: 'middle', bold: true }
}

function branchKeys(counts: ReadonlyMap<keyof typeof BRANCH_WORDS, number>, x: number, palette: Palette): Mark[] {
  const marks: Mark[] = []
  let at = x
  for (const branch of ['slerp', 'lerp', 'linear', 'copy', 'elementwise', 'unknown'] as const) {
    const count = counts.get(branch)
    if (count === undefined) continue
    const fill = branchColour(branch, palette)
    const cell = { x: at, y: 2, width: 14, height: 14 }
    if (fill === null)
      marks.push({ kind: 'rect', x: at + 0.5, y: 2.5, width: 13, height: 13, stroke: palette.edgeStrong })
    else {
      marks.push({ kind: 'rect', ...cell, fill: cssColour(fill) })
      drawBranchSign(marks, cell, branch, inkOn(fill))
    }
    const text = `${BRANCH_WORDS[branch]} ${count}`
    marks.push({ kind: 'text', x: at + 19, y: HEIGHT / 2, text, fill: palette.ink2, size: SIZE })
    at += 19 + text.length * CHARACTER + 14
  }
  return marks
}

export { HEIGHT as LEGEND_HEIGHT }
