import { scaleLinear } from 'd3-scale'
import type { OuterKind, Section } from './lane-use.ts'
import type { Size } from './use-size.ts'

const GUTTER = 40
const OUTER_WIDTH = 62
const GAP = 10
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
  readonly tTicks: readonly number[]
  readonly layerTicks: readonly number[]
}

/** @param low, high ends of the t axis: 0 and 1, further where a value lies outside */
export function makeAxes({ width, height }: Size, layers: number, low: number, high: number): Axes {
  const outerWidth = width < 520 ? 46 : OUTER_WIDTH
  const left = GUTTER + outerWidth + GAP
  const right = width - 2 * outerWidth - GAP - 4
  const top = PAD_TOP
  const bottom = height - FOOT
  const inset = Math.min(14, (right - left) / 8)
  const depth = scaleLinear()
    .domain([0, Math.max(1, layers - 1)])
    .range([left + inset, right - inset])
  const t = scaleLinear()
    .domain([low, high])
    .range([bottom - PAD_BOTTOM, top + PAD_TOP])
  const x = (layer: number): number => (layers === 1 ? (left + right) / 2 : depth(layer))
  return {
    left,
    right,
    top,
    bottom,
    x,
    layerAt: (at) => Math.min(Math.max(Math.round(depth.invert(at)), 0), layers - 1),
    xOfPoint: ({ from, to }, position) => x(from) + (x(to - 1) - x(from)) * position,
    xOfOuter: (kind) =>
      kind === 'embedding'
        ? GUTTER + outerWidth / 2
        : right + GAP + (kind === 'norm' ? outerWidth / 2 : outerWidth * 1.5),
    outerWidth,
    y: (value) => t(value),
    tAt: (at) => t.invert(at),
    tTicks: t.ticks(height < 190 ? 2 : 4),
    layerTicks: layers === 1 ? [0] : layerTicks(layers, right - left),
  }
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
