import type { DepthAxis } from './depth-axis.ts'

/** Where the places of the depth axis lie across; shared by the depth map and the ancestry chart below it. */
export interface DepthScale {
  /** By place: left edge, and width. */
  readonly left: readonly number[]
  readonly width: readonly number[]
  /** The layers alone: left and right edge. */
  readonly layersFrom: number
  readonly layersTo: number
}

/** Between what stands outside the layers and the layers, in pixels. */
const GAP = 8

/**
 * Spreads the places over the width: all layers are equally wide; what stands before and after them is at least wide enough to hit.
 */
export function depthScale(axis: DepthAxis, from: number, to: number): DepthScale {
  const outside = axis.places.filter(({ layer }) => layer === null).length
  const layers = axis.places.length - outside
  const gaps = axis.places
    .slice(1)
    .filter((place, at) => place.layer === null || axis.places[at]?.layer === null).length
  const room = Math.max(0, to - from - GAP * gaps)
  const each = room / Math.max(1, layers + outside)
  const outsideWidth = outside === 0 ? 0 : Math.max(each, Math.min(30, room / (3 * outside)))
  const layerWidth = layers === 0 ? 0 : (room - outside * outsideWidth) / layers
  const left: number[] = []
  const width: number[] = []
  let at = from
  let [layersFrom, layersTo] = [to, from]
  for (const [index, place] of axis.places.entries()) {
    const before = axis.places[index - 1]
    if (before !== undefined && (before.layer === null || place.layer === null)) at += GAP
    const own = place.layer === null ? outsideWidth : layerWidth
    left.push(at)
    width.push(own)
    if (place.layer !== null) [layersFrom, layersTo] = [Math.min(layersFrom, at), Math.max(layersTo, at + own)]
    at += own
  }
  return { left, width, layersFrom, layersTo }
}

/** Layers to label: the first, the last, and round numbers between that leave `room` pixels each. */
export function layerTicks(axis: DepthAxis, scale: DepthScale, room: number): readonly number[] {
  const layers = axis.places.flatMap(({ layer }) => (layer === null ? [] : [layer]))
  const last = layers.at(-1)
  if (last === undefined) return []
  const each = (scale.layersTo - scale.layersFrom) / layers.length
  const step = [1, 2, 5, 10, 20, 50, 100].find((candidate) => candidate * each >= room) ?? 200
  const ticks = layers.filter((layer) => layer % step === 0 && (last - layer) * each >= room)
  return last === 0 ? [0] : [...ticks, last]
}

export interface CellBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Between two modules, in pixels. */
const MODULE_GAP = 4

/** Top edge of each row, and what all rows take together. */
export function rowTops(
  axis: DepthAxis,
  rowHeight: number,
): { readonly tops: readonly number[]; readonly height: number } {
  let at = 0
  const tops = axis.rows.map((row, index) => {
    if (index > 0 && axis.rows[index - 1]?.module !== row.module) at += MODULE_GAP
    const top = at
    at += rowHeight
    return top
  })
  return { tops, height: Math.max(at, rowHeight) }
}

/** The cell of every job. What stands outside the layers shares the whole height of its place. */
export function cellBoxes(axis: DepthAxis, scale: DepthScale, top: number, rowHeight: number): readonly CellBox[] {
  const { tops, height } = rowTops(axis, rowHeight)
  const boxes: CellBox[] = []
  for (const [place, { layer, jobs }] of axis.places.entries()) {
    const [x, width] = [scale.left[place] ?? 0, scale.width[place] ?? 0]
    for (const [at, job] of jobs.entries()) {
      const share = height / jobs.length
      boxes[job] =
        layer === null
          ? { x, y: top + at * share, width, height: share }
          : { x, y: top + (tops[axis.rowOf[job] ?? 0] ?? 0), width, height: rowHeight }
    }
  }
  return boxes
}

/** The job whose cell is at a point; null between cells. */
export function jobAt(boxes: readonly CellBox[], x: number, y: number): number | null {
  const found = boxes.findIndex((box) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height)
  return found < 0 ? null : found
}
