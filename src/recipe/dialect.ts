import { evaluateGradient, layerPosition } from './gradient.ts'
import type { Gradient } from './recipe.ts'

/**
 * Which tool's rule turns a gradient into the t of every tensor. The same list meant different weights in different tools; a recipe
 * says which one it was written for in a comment (dialect-comment.ts).
 */
export const DIALECTS = ['mergekit-2023', 'mergekit', 'mergekit-layer-gradient', 'blockmerge-gradient', 'mlx'] as const
export type Dialect = (typeof DIALECTS)[number]

/** Today's mergekit, what a recipe is read as unless it says otherwise. */
export const DEFAULT_DIALECT: Dialect = 'mergekit'

/** What to call a dialect on the page, and what its rule is, in one sentence. */
export const DIALECT_WORDS: Readonly<Record<Dialect, { readonly label: string; readonly rule: string }>> = {
  'mergekit-2023': {
    label: 'mergekit, October 2023 to 12 March 2025',
    rule: 'Points spread evenly over the layers; embed_tokens takes the first value, the final norm and lm_head the last.',
  },
  mergekit: {
    label: 'mergekit since 13 March 2025',
    rule: 'Points spread evenly over the layers; embed_tokens, the final norm and lm_head take the first value.',
  },
  'mergekit-layer-gradient': {
    label: 'mergekit --layer-gradient, September 2023',
    rule: 'Points spread over the layers and one place before and after them: embed_tokens is the first sample, the final norm the last; lm_head stays the base model.',
  },
  'blockmerge-gradient': {
    label: 'BlockMerge_Gradient',
    rule: 'Points spread over the list of all tensors that a filter matches, blended in a straight line.',
  },
  mlx: {
    label: 'mlx_lm.merge',
    rule: 'Points spread over the layers with end points repeated; embed_tokens, the final norm and lm_head stay the base model; an obtuse angle counts as a right one.',
  },
}

/** How two tensors are blended: on the sphere, in a straight line, or on the sphere with the cosine clipped to 0..1. */
export type Interpolation = 'slerp' | 'lerp' | 'slerp-clipped'

/** Where a tensor stands on the depth axis. */
export type Place =
  | { readonly kind: 'embedding' }
  /** The `layer`-th (from 0) of the `layers` layers of its slice. */
  | { readonly kind: 'layer'; readonly layer: number; readonly layers: number }
  | { readonly kind: 'norm' }
  | { readonly kind: 'head' }

/** The index of a tensor in the list of those that its filter matches, in the order of tensor-order.ts; BlockMerge counts by it. */
export interface ListPlace {
  readonly index: number
  readonly count: number
}

export function isDialect(name: string): name is Dialect {
  return DIALECTS.some((dialect) => dialect === name)
}

export function interpolationOf(dialect: Dialect): Interpolation {
  if (dialect === 'blockmerge-gradient') return 'lerp'
  return dialect === 'mlx' ? 'slerp-clipped' : 'slerp'
}

/** Only t means something else in tools that know no other parameter; weight and scale are then mergekit's. */
export function parameterDialect(dialect: Dialect, parameter: string): Dialect {
  return dialect === 'mergekit-2023' || parameter === 't' ? dialect : 'mergekit'
}

/** True where a gradient is spread over the list of tensors, so that `tensorT` needs the place in it. */
export function countsTensors(dialect: Dialect): boolean {
  return dialect === 'blockmerge-gradient'
}

/**
 * The value of a gradient for one tensor. A number, or a list of one, is the same for every layer in every dialect.
 * @param list needed where `countsTensors`; without it the place on the depth axis stands in
 */
export function tensorT(dialect: Dialect, gradient: Gradient, place: Place, list?: ListPlace): number {
  const points = typeof gradient === 'number' ? [gradient] : gradient
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) throw new Error('a gradient without points')
  switch (dialect) {
    case 'mergekit':
      return place.kind === 'layer' ? evaluateGradient(points, layerPosition(place.layer, place.layers)) : first
    case 'mergekit-2023':
      if (place.kind === 'layer') return evaluateGradient(points, layerPosition(place.layer, place.layers))
      return place.kind === 'embedding' ? first : last
    case 'mergekit-layer-gradient':
      if (place.kind === 'layer') return sampleOf(points, place.layer + 1, place.layers + 2)
      if (place.kind === 'head') return points.length === 1 ? first : 0
      return place.kind === 'embedding' ? first : last
    case 'blockmerge-gradient':
      if (list !== undefined) return sampleOf(points, list.index, list.count)
      if (place.kind === 'layer') return evaluateGradient(points, layerPosition(place.layer, place.layers))
      return place.kind === 'embedding' ? first : last
    case 'mlx':
      return place.kind === 'layer' ? binOf(points, place.layer, place.layers) : 0
  }
}

/** Sections of equal size, each from one point to the next with both ends included; what is left over has the last value. */
function sampleOf(points: readonly number[], index: number, count: number): number {
  const size = Math.floor(count / (points.length - 1))
  const section = points.length === 1 ? 0 : Math.floor(index / size)
  const [from, to] = [points[section], points[section + 1]]
  if (from === undefined || to === undefined || size === 0) return points.at(-1) ?? 0
  return between(from, to, index - section * size, size)
}

/** As `sampleOf`, but what is left over belongs to the last section. */
function binOf(points: readonly number[], layer: number, layers: number): number {
  const bins = points.length - 1
  if (bins === 0) return points[0] ?? 0
  const size = Math.floor(layers / bins)
  const bin = size === 0 ? bins - 1 : Math.min(Math.floor(layer / size), bins - 1)
  return between(
    points[bin] ?? 0,
    points[bin + 1] ?? 0,
    layer - bin * size,
    bin === bins - 1 ? layers - bin * size : size,
  )
}

/** The i-th of `count` values spread evenly from one number to another; a single one is the first. */
function between(from: number, to: number, i: number, count: number): number {
  if (count <= 1) return from
  return i === count - 1 ? to : from + ((to - from) * i) / (count - 1)
}
