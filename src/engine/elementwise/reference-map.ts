import { bytesPerElement, type FloatDType } from '../../tensor/dtype.ts'
import { encodeFloat } from '../../tensor/rounding.ts'
import type { Tile } from '../engine.ts'
import { factorOf } from './factors.ts'
import { magnitudeBits, stays } from './keep.ts'
import { differences, inputValues, keysOf } from './keys.ts'
import type { ElementProgram, MixRule } from './program.ts'

/** Elements computed at once: their values stay in the cache. */
const RUN = 4096

/**
 * The specification of the element-wise kernels, in plain loops: every element of the tile from place `at` on is a function of the inputs'
 * values at that place and of what the program says. All arithmetic is F32, each operation rounded by itself (to nearest, ties to even), in
 * the order written here; the result y is rounded once more, to the program's dtype. Zero results are +0, and every NaN is the canonical one.
 *
 * - `mix`: e_k is d_k where it stays, else 0; v_k = scale_k * e_k. A vote (MixRule) says which differences take part; their v_k are added up
 *   from 0 in order, s; y = b + s * factor, with the factor of those that take part (factors.ts).
 * - `near`: y = x where not |d| > t, else b + t or b - t.
 * - `fuse`: y = x where the key is at least the threshold, else b.
 * - `rows`: y = c_0 x_0 + c_1 x_1 + .., added up from 0 in order, with the coefficients of the element's vector.
 *
 * The same bits everywhere: WebAssembly has these operations and no others. WGSL may contract, reorder and flush subnormal numbers; its page
 * keeps every intermediate result from the compiler's eyes, and hands blocks with very large and very small values to this function.
 */
export function mapElements(tile: Tile, program: ElementProgram, at: number, count: number, output: Uint8Array): void {
  for (let from = at; from < at + count; from += RUN) {
    const run = Math.min(RUN, at + count - from)
    encodeElements(mapped(tile, program, from, run), program.round, output, from)
  }
}

function mapped(tile: Tile, program: ElementProgram, at: number, count: number): Float32Array {
  const { rule } = program
  const values = inputValues(tile, program, at, count)
  const [base = new Float32Array(0), other = base] = values
  const results = new Float32Array(count)
  if (rule.kind === 'rows') {
    const n = values.length
    for (let e = 0; e < count; e++) {
      const vector = rule.along === 'rows' ? Math.floor((at + e) / rule.length) : (program.first + at + e) % rule.length
      let sum = 0
      for (const [k, value] of values.entries())
        sum = Math.fround(sum + Math.fround((rule.coefficients[vector * n + k] ?? 0) * (value[e] ?? 0)))
      results[e] = sum
    }
    return results
  }
  if (rule.kind === 'near') {
    const t = Math.fround(rule.t)
    for (let e = 0; e < count; e++) {
      const d = Math.fround((other[e] ?? 0) - (base[e] ?? 0))
      results[e] = Math.abs(d) > t ? (base[e] ?? 0) + (d > 0 ? t : -t) : (other[e] ?? 0)
    }
    return results
  }
  const deltas = differences(values)
  const keys = keysOf(deltas, rule.key, at)
  if (rule.kind === 'fuse') {
    for (let e = 0; e < count; e++)
      results[e] = (magnitudeBits(keys[0]?.[e] ?? 0) >= rule.threshold ? other[e] : base[e]) ?? 0
    return results
  }
  const kept = deltas.map((_, k) => {
    const place = rule.keeps.length === 1 ? 0 : k
    return stays(rule.keeps[place] ?? 'all', keys[keys.length === 1 ? 0 : k] ?? new Float32Array(0), program.first, at)
  })
  for (let e = 0; e < count; e++) results[e] = mixed(rule, base[e] ?? 0, deltas, kept, e)
  return results
}

function mixed(
  rule: MixRule,
  base: number,
  deltas: readonly Float32Array[],
  kept: readonly Uint8Array[],
  e: number,
): number {
  const plain = (k: number) => (kept[k]?.[e] === 1 ? (deltas[k]?.[e] ?? 0) : 0)
  const scaled = (k: number) => Math.fround(Math.fround(rule.scales[k] ?? 0) * plain(k))
  let takesPart = (k: number) => rule.vote === 'none' || kept[k]?.[e] === 1
  if (rule.vote === 'scaled' || rule.vote === 'plain') {
    const ballot = rule.vote === 'plain' ? plain : scaled
    let votes = 0
    for (let k = 0; k < deltas.length; k++) votes = Math.fround(votes + ballot(k))
    takesPart = votes >= 0 ? (k) => ballot(k) > 0 : (k) => ballot(k) < 0
  }
  let sum = 0
  for (let k = 0; k < deltas.length; k++) if (takesPart(k)) sum = Math.fround(sum + scaled(k))
  return Math.fround(base + Math.fround(sum * factorOf(rule.factor, takesPart)))
}

/** Writes values in a dtype, at their place of the tile's output. */
function encodeElements(values: Float32Array, dtype: FloatDType, output: Uint8Array, at: number): void {
  const width = bytesPerElement(dtype)
  const view = new DataView(output.buffer, output.byteOffset + at * width, values.length * width)
  for (let e = 0; e < values.length; e++) {
    const bits = encodeFloat(values[e] ?? 0, dtype)
    if (width === 2) view.setUint16(2 * e, bits === 0x8000 ? 0 : bits, true)
    else view.setUint32(4 * e, bits === 0x80000000 ? 0 : bits, true)
  }
}
