import { depthColumns, middleOf, type Stretch } from '../depth-columns.ts'
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

/** Spreads the places over the columns of the depth axis: all layers are equally wide. A place that a model lacks stays empty. */
export function depthScale(axis: DepthAxis, from: number, to: number): DepthScale {
  const columns = depthColumns(from, to)
  const layers = axis.places.filter(({ layer }) => layer !== null).length
  const layerWidth = (columns.layers.to - columns.layers.from) / Math.max(1, layers)
  const hasOther = axis.places.some(({ name }) => name === 'other')
  const stretches = axis.places.map(({ name, layer }): Stretch => {
    if (layer !== null) {
      const at = columns.layers.from + layer * layerWidth
      return { from: at, to: at + layerWidth }
    }
    if (name === 'norm') return columns.norm
    if (name === 'lm_head') return columns.head
    if (!hasOther) return columns.embedding
    // What has no place of its own shares that of embed_tokens.
    const middle = middleOf(columns.embedding)
    return name === 'other' ? { ...columns.embedding, to: middle } : { ...columns.embedding, from: middle }
  })
  return {
    left: stretches.map((stretch) => stretch.from),
    width: stretches.map((stretch) => stretch.to - stretch.from),
    layersFrom: columns.layers.from,
    layersTo: columns.layers.to,
  }
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
