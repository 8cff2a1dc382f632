import type { Gradient } from './recipe.ts'

/**
 * The value of a gradient at a depth: points spread evenly over 0..1, linear in between (mergekit since 13 March 2025).
 * A number, or a list of one, is the same everywhere.
 * @param position 0 at the first layer of the slice, 1 at its last
 */
export function evaluateGradient(value: Gradient, position: number): number {
  if (typeof value === 'number') return value
  const last = value.length - 1
  const scaled = Math.min(Math.max(position, 0), 1) * last
  const index = Math.min(Math.floor(scaled), last)
  const fraction = scaled - index
  const from = value[index]
  const to = value[Math.min(index + 1, last)]
  if (from === undefined || to === undefined) throw new Error('a gradient without points')
  return (1 - fraction) * from + fraction * to
}

/**
 * Depth of the i-th of n layers of an output slice: i / (n - 1). The only layer of a slice is at 1, as in mergekit.
 * embed_tokens, norm and lm_head, which are no layers, are at 0.
 */
export function layerPosition(i: number, n: number): number {
  return n === 1 ? 1 : i / (n - 1)
}
