import { scaleLinear } from 'd3-scale'
import { depthColumns, GUTTER, MARGIN, middleOf } from '../depth-columns.ts'
import type { OuterKind, Section } from './lane-use.ts'
import type { Size } from './use-size.ts'

const PAD_TOP = 12
const FOOT = 26
const PAD_BOTTOM = 12

/** Places of the chart in CSS pixels: depth to the right, t upwards. */
export interface Axes {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly x: (layer: number) => number
  readonly layerAt: (x: number) => number
  readonly xOfPoint: (section: Section, depth: number) => number
  readonly xOfOuter: (kind: OuterKind) => number
  readonly outerWidth: number
  readonly y: (t: number) => number
  readonly tAt: (y: number) => number
  /** Ends of the axis of values. */
  readonly low: number
  readonly high: number
  readonly tTicks: readonly number[]
  readonly layerTicks: readonly number[]
}

/** @param low, high ends of the t axis: 0 and 1, further where a value lies outside */
export function makeAxes({ width, height }: Size, layers: number, low: number, high: number): Axes {
  const columns = depthColumns(GUTTER, Math.max(GUTTER + 10, width - MARGIN))
  const { from: left, to: right } = columns.layers
  const top = PAD_TOP
  const bottom = height - FOOT
  // A layer stands in the middle of its column of the depth map.
  const each = (right - left) / Math.max(1, layers)
  const t = scaleLinear()
    .domain([low, high])
    .range([bottom - PAD_BOTTOM, top + PAD_TOP])
  const x = (layer: number): number => left + (layer + 0.5) * each
  return {
    left,
    right,
    top,
    bottom,
    x,
    layerAt: (at) => Math.min(Math.max(Math.floor((at - left) / each), 0), layers - 1),
    xOfPoint: ({ from, to }, position) => x(from) + (x(to - 1) - x(from)) * position,
    xOfOuter: (kind) => middleOf(columns[kind]),
    outerWidth: columns.embedding.to - columns.embedding.from,
    y: (value) => t(value),
    tAt: (at) => t.invert(at),
    low,
    high,
    tTicks: t.ticks(height < 190 ? 2 : 4),
    layerTicks: layers === 1 ? [0] : layerTicks(layers, right - left),
  }
}

/**
 * Where the number of a point is written: above it, but for the upper edge, and for the ghost of another dialect that is right there.
 * @param y, ghostY of the point, and of the ghost where one is seen
 * @returns y of the number's baseline
 */
export function numberFoot({ top, bottom }: Axes, y: number, ghostY: number | null = null): number {
  const isGhostAbove = ghostY !== null && ghostY < y && ghostY > y - 32
  return y < top + 34 || (isGhostAbove && y + 26 < bottom) ? y + 24 : y - 13
}

/** The first and the last layer, and round numbers between them that leave these two room. */
function layerTicks(layers: number, width: number): readonly number[] {
  const last = layers - 1
  const room = (34 / Math.max(1, width)) * last
  const ticks = scaleLinear()
    .domain([0, last])
    .ticks(Math.max(2, Math.floor(width / 90)))
  const between = ticks.filter((tick) => Number.isInteger(tick) && tick > room && tick < last - room)
  return [0, ...between, last]
}
