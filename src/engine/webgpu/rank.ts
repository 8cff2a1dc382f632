import rankPage from '../../../shaders/rank.wgsl?raw'
import { differences, inputValues } from '../elementwise/keys.ts'
import { limitOf } from '../elementwise/philox.ts'
import type { RankRequest } from '../elementwise/program.ts'
import { rankedMask, tileRanks } from '../elementwise/rows.ts'
import { GROUP } from '../gram-sums.ts'
import type { Arena } from './arena.ts'
import { runElements } from './element-run.ts'
import { ElementTable } from './element-table.ts'
import { type Gpu, gridOf } from './gpu.ts'

/** Bytes of all rows that are sorted at once, with their orders. */
const SCRATCH_BYTES = 32 * 2 ** 20
const MOST_SLOTS = 1024
const BYTES_AN_ELEMENT = 12
/** Longer rows, of which there are none but vectors, are left to the reference. */
const LONGEST = SCRATCH_BYTES / BYTES_AN_ELEMENT

/** The mask of a tile; rows with values that are not for the kernel are ranked by the reference. */
export async function rankTile(gpu: Gpu, arena: Arena, request: RankRequest): Promise<Uint8Array> {
  const { elementCount, tile } = arena
  const { inputs, rowLength, first, difference, density, epsilon, random } = request
  const isWhole = rowLength % GROUP === 0 && elementCount % rowLength === 0 && first % GROUP === 0
  // Probabilities that come to 1, as with a negative epsilon they may, would need a bit more than a word, and the counters of very large
  // tensors a second one.
  const isCounted = epsilon >= 0 && density + epsilon <= 0.9999 && first + elementCount < 2 ** 34
  const chosen = [0, difference + 1]
  const pair = chosen.flatMap((i) => inputs[i] ?? [])
  if (!isWhole || !isCounted || elementCount === 0 || rowLength > LONGEST || pair.length < 2)
    return tileRanks(tile, request)
  const rows = elementCount / rowLength
  const slots = Math.min(rows, MOST_SLOTS, Math.floor(SCRATCH_BYTES / (BYTES_AN_ELEMENT * rowLength)))
  const grid = gridOf(slots)
  const two = { ...arena, offsets: chosen.map((i) => arena.offsets[i] ?? 0) }
  const table = new ElementTable(two, { inputs: pair, first }, grid[0])
  const step = rowLength > 1 ? (2 * epsilon) / (rowLength - 1) : 0
  const limits = table.addUints(rowLength, (rank) => limitOf(density - epsilon + rank * step))
  for (const [place, word] of [rows, rowLength, slots, limits, difference, ...random, first / 4].entries())
    table.set(place, word)
  const { bytes, flagged } = await runElements(gpu, two, {
    label: 'rank',
    page: rankPage,
    inputs: pair,
    table: table.words(),
    grid,
    outputBytes: elementCount / GROUP,
    flagCount: rows,
    scratchBytes: slots * BYTES_AN_ELEMENT * rowLength,
  })
  for (const row of flagged) {
    const at = row * rowLength
    const delta = differences(inputValues(tile, request, at, rowLength))[difference] ?? new Float32Array(0)
    bytes.set(rankedMask(delta, rowLength, density, epsilon, random, difference, first + at), at / GROUP)
  }
  return bytes
}
