import { GRAM_BLOCK, type Tile } from '../engine.ts'
import { GRAM_TINY, GROUP, ROUNDS, STRANDS, WILD } from '../gram-sums.ts'
import { stays } from './keep.ts'
import { differences, inputValues, keysOf } from './keys.ts'
import type { ElementSums, SumRequest } from './program.ts'
import { ElementTotals } from './sums.ts'

/**
 * The specification of the summing kernel. As gram does (reference.ts), it cuts a tile into blocks of GRAM_BLOCK elements with 64 strands of
 * four lanes each; lane l of a strand is increased, group of 8 after group, by the term of element 2l and then by that of 2l + 1, in F32. A
 * strand's sum is (lane0 + lane1) + (lane2 + lane3) in F32; those of strands and blocks are added with the rest carried along (sums.ts).
 *
 * A term is |d|, or d * d rounded to F32; 0 where |d| is below 2^-55. A block with an input of 2^56 or more, an infinity or a NaN is summed
 * in plain float64 instead, in order; terms that are not finite count as 0 there.
 */
export function sumElements(tile: Tile, request: SumRequest): ElementSums {
  const totals = new ElementTotals(request.inputs.length - 1)
  for (let at = 0; at < tile.elementCount; at += GRAM_BLOCK) sumBlock(tile, request, at, totals)
  return totals.sums()
}

/** Adds the block that begins at place `at`. */
export function sumBlock(tile: Tile, request: SumRequest, at: number, totals: ElementTotals): void {
  const count = Math.min(GRAM_BLOCK, tile.elementCount - at)
  const values = inputValues(tile, request, at, count)
  const deltas = differences(values)
  const keys = keysOf(deltas, request.key, at)
  const wild = values.some((row) => row.some((x) => !(Math.abs(x) < WILD)))
  for (const [k, delta] of deltas.entries()) {
    const keep = request.keeps[request.keeps.length === 1 ? 0 : k] ?? 'all'
    const kept = stays(keep, keys[keys.length === 1 ? 0 : k] ?? delta, request.first, at)
    if (wild) sumWild(delta, kept, request.squares, k, totals)
    else sumStrands(delta, kept, request.squares, k, totals)
  }
}

function sumStrands(delta: Float32Array, kept: Uint8Array, squares: boolean, k: number, totals: ElementTotals): void {
  const terms = new Float32Array(GRAM_BLOCK)
  const keptTerms = new Float32Array(GRAM_BLOCK)
  for (const [e, d] of delta.entries()) {
    const magnitude = Math.abs(d)
    if (magnitude < GRAM_TINY) continue
    terms[e] = squares ? d * d : magnitude
    if (kept[e] === 1) keptTerms[e] = terms[e] ?? 0
  }
  for (let strand = 0; strand < STRANDS; strand++)
    totals.addBlock(k, strandSum(terms, strand), strandSum(keptTerms, strand))
}

function strandSum(terms: Float32Array, strand: number): number {
  const lanes = new Float32Array(4)
  for (let round = 0; round < ROUNDS; round++)
    for (let half = 0; half < 2; half++)
      for (let lane = 0; lane < 4; lane++) {
        const e = (round * STRANDS + strand) * GROUP + 2 * lane + half
        lanes[lane] = (lanes[lane] ?? 0) + (terms[e] ?? 0)
      }
  const [x = 0, y = 0, z = 0, w = 0] = lanes
  return Math.fround(Math.fround(x + y) + Math.fround(z + w))
}

function sumWild(delta: Float32Array, kept: Uint8Array, squares: boolean, k: number, totals: ElementTotals): void {
  let [all, stayed] = [0, 0]
  for (const [e, d] of delta.entries()) {
    if (!Number.isFinite(d)) continue
    const term = squares ? d * d : Math.abs(d)
    all += term
    if (kept[e] === 1) stayed += term
  }
  totals.addBlock(k, all, stayed)
}
