import { decodeElements } from '../elements.ts'
import type { Tile } from '../engine.ts'
import type { Elements, Key } from './program.ts'

/** The values of all inputs for `count` elements from place `at` of the tile on. */
export function inputValues(tile: Tile, { inputs }: Elements, at: number, count: number): Float32Array[] {
  return inputs.map((format, i) => decodeElements(tile.inputs[i] ?? new Uint8Array(0), format, at, count))
}

/** d_k = x_k - b, in F32. */
export function differences(values: readonly Float32Array[]): Float32Array[] {
  const [base = new Float32Array(0), ...others] = values
  return others.map((other) => {
    const delta = new Float32Array(other.length)
    for (let e = 0; e < delta.length; e++) delta[e] = (other[e] ?? 0) - (base[e] ?? 0)
    return delta
  })
}

/**
 * The keys of the elements.
 *
 * The variance is shifted by the first difference, so that it is exactly 0 where all are equal: with u_k = d_k - d_1 and r = 1 / K, all in
 * F32 and in this order, m = r * (u_1 + u_2 + ..), v = r * ((u_1 - m)^2 + (u_2 - m)^2 + ..).
 */
export function keysOf(deltas: readonly Float32Array[], key: Key, at: number): readonly Float32Array[] {
  if (key.of === 'differences') return deltas
  const [first = new Float32Array(0)] = deltas
  const keys = new Float32Array(first.length)
  if (key.of === 'importance') {
    for (let e = 0; e < keys.length; e++)
      keys[e] = Math.abs(first[e] ?? 0) * (key.factors[Math.floor((at + e) / key.rowLength)] ?? 0)
    return [keys]
  }
  const share = Math.fround(1 / deltas.length)
  for (let e = 0; e < keys.length; e++) {
    const shift = first[e] ?? 0
    let sum = 0
    for (const delta of deltas) sum = Math.fround(sum + Math.fround((delta[e] ?? 0) - shift))
    const mean = Math.fround(share * sum)
    let squares = 0
    for (const delta of deltas) {
      const u = Math.fround(Math.fround((delta[e] ?? 0) - shift) - mean)
      squares = Math.fround(squares + Math.fround(u * u))
    }
    keys[e] = share * squares
  }
  return [keys]
}
