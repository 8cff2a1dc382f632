import { evaluateGradient } from './gradient.ts'
import type { Gradient } from './recipe.ts'

/** Points of a gradient; a number is one point. */
export type Points = readonly number[]

export function pointsOf(gradient: Gradient): Points {
  return typeof gradient === 'number' ? [gradient] : gradient
}

/** The shortest way to write points: one point is a number. */
export function gradientOf(points: Points): Gradient {
  const [only] = points
  return points.length === 1 && only !== undefined ? only : points
}

/** Twelve significant digits: what a hand or a sum of a few decimals means, without the noise of binary fractions. */
export function tidy(value: number): number {
  return Number(value.toPrecision(12)) + 0
}

export type PointOperation = 'set' | 'add' | 'multiply'

/** Sets, adds to or multiplies the selected points. @param selection indices of points; null means all */
export function changePoints(
  gradient: Gradient,
  selection: Iterable<number> | null,
  operation: PointOperation,
  operand: number,
): Gradient {
  const chosen = selection === null ? null : new Set(selection)
  return mapPoints(gradient, (value, i) => {
    if (chosen !== null && !chosen.has(i)) return value
    return operation === 'set' ? operand : operation === 'add' ? tidy(value + operand) : tidy(value * operand)
  })
}

/** Reverses the depth: what the first layers had, the last ones get. */
export function mirror(gradient: Gradient): Gradient {
  return typeof gradient === 'number' ? gradient : gradient.toReversed()
}

/** t becomes 1 - t: the same merge with base and other exchanged. */
export function swapEnds(gradient: Gradient): Gradient {
  // As many decimals as keep 1 - (1 - t) the same.
  return mapPoints(gradient, (value) => Number((1 - value).toFixed(15)) + 0)
}

/** Inserts a point before index `at` (the number of points: after the last). Without a value it takes the middle of its neighbours. */
export function insertPoint(gradient: Gradient, at: number, value?: number): Gradient {
  const points = pointsOf(gradient)
  const index = Math.min(Math.max(Math.trunc(at), 0), points.length)
  const left = points[index - 1] ?? points[index] ?? 0
  const right = points[index] ?? left
  return points.toSpliced(index, 0, value ?? tidy((left + right) / 2))
}

/** Removes a point; the last one stays. */
export function removePoint(gradient: Gradient, at: number): Gradient {
  const points = pointsOf(gradient)
  return points.length < 2 || points[at] === undefined ? gradient : gradientOf(points.toSpliced(at, 1))
}

/** Gives one point another value. */
export function movePoint(gradient: Gradient, at: number, value: number): Gradient {
  return mapPoints(gradient, (old, i) => (i === at ? value : old))
}

/** The same curve with `count` points spread evenly; corners between the new points are cut. */
export function resample(gradient: Gradient, count: number): Gradient {
  if (count < 2) return evaluateGradient(gradient, count === 1 ? 0.5 : 0)
  return Array.from({ length: count }, (_, i) => tidy(evaluateGradient(gradient, i / (count - 1))))
}

/** Reads what a person types as a gradient: `0.5`, `[0.25, 0.3, 0.5]`, `0.25 0.3 0.5`. Null where it is none. */
export function parseGradient(text: string): Gradient | null {
  const words = text
    .trim()
    .replace(/^\[(.*)\]$/s, '$1')
    .split(/[\s,;]+/)
    .filter((word) => word !== '')
  const points = words.map((word) => (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) ? Number(word) : Number.NaN))
  if (points.length === 0 || !points.every(Number.isFinite)) return null
  return text.trim().startsWith('[') ? points : gradientOf(points)
}

/** A gradient as a list a person can read and type: `0.5` or `[0.25, 0.3, 0.5]`. */
export function formatGradient(gradient: Gradient): string {
  return typeof gradient === 'number' ? formatNumber(gradient) : `[${gradient.map(formatNumber).join(', ')}]`
}

/** A number as YAML 1.1, and so mergekit, reads it: an exponent needs a point before it and a sign. */
export function formatNumber(value: number): string {
  const text = String(value + 0)
  if (!text.includes('e')) return text
  const [mantissa = '0', exponent = '0'] = text.split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}e${/^[-+]/.test(exponent) ? '' : '+'}${exponent}`
}

function mapPoints(gradient: Gradient, change: (value: number, index: number) => number): Gradient {
  return typeof gradient === 'number' ? change(gradient, 0) : gradient.map(change)
}
