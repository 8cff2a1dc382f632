import type { WeightFile } from '../formats/checkpoint.ts'
import { mapConcurrently } from '../formats/concurrent.ts'
import { readTensorBytes } from '../formats/tensor-bytes.ts'
import { bitsPerElement } from '../tensor/dtype.ts'
import type { TensorInfo } from '../tensor/tensor.ts'

/** A read costs about 0.8 ms however short it is, in which about this much could be read: rows nearer to each other are read in one go. */
const GAP_BYTES = 2 ** 20

/** Bytes of one such read, gaps included. */
const STRETCH_BYTES = 32 * 2 ** 20

/** Reads on their way at once for one tile of one input. */
const READS_AT_ONCE = 4

/** Consecutive rows of a tensor, and the place of the first among the rows that are wanted. */
interface RowRun {
  readonly row: number
  readonly place: number
  count: number
}

/**
 * Reads elements [from, to), counted over the listed rows one after the other.
 * @param rows rows of the tensor, in any order
 * @param columns elements of a row
 */
export async function readGathered(
  files: readonly WeightFile[],
  tensor: TensorInfo,
  rows: Int32Array,
  columns: number,
  from: number,
  to: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const width = bitsPerElement(tensor.dtype) / 8
  const first = Math.floor(from / columns)
  const last = Math.ceil(to / columns)
  const runs = runsOf(rows, first, last)
  const [only] = runs
  if (runs.length === 1 && only !== undefined) {
    const shift = (only.row - only.place) * columns
    return readTensorBytes(files, tensor, from + shift, to + shift)
  }
  const result = new Uint8Array((to - from) * width)
  await mapConcurrently(stretchesOf(runs, columns * width), READS_AT_ONCE, async (stretch) => {
    const begin = (stretch[0] as RowRun).row
    const end = stretch.reduce((top, run) => Math.max(top, run.row + run.count), 0)
    const bytes = await readTensorBytes(files, tensor, begin * columns, end * columns)
    for (const { row, place, count } of stretch) {
      // The tile may begin and end within a row.
      const low = Math.max(from, place * columns)
      const high = Math.min(to, (place + count) * columns)
      const at = (row - begin) * columns + (low - place * columns)
      result.set(bytes.subarray(at * width, (at + high - low) * width), (low - from) * width)
    }
  })
  return result
}

export function runsOf(rows: Int32Array, from: number, to: number): RowRun[] {
  const runs: RowRun[] = []
  for (let place = from; place < to; place++) {
    const row = rows[place] as number
    const run = runs.at(-1)
    if (run !== undefined && row === run.row + run.count) run.count++
    else runs.push({ row, place, count: 1 })
  }
  return runs
}

/** Puts runs that lie near each other in the file together, those of each stretch in the order of the file. */
function stretchesOf(runs: readonly RowRun[], rowBytes: number): RowRun[][] {
  const stretches: RowRun[][] = []
  let begin = 0
  let end = Number.NEGATIVE_INFINITY
  for (const run of runs.toSorted((a, b) => a.row - b.row)) {
    const runEnd = run.row + run.count
    const fits = (run.row - end) * rowBytes <= GAP_BYTES && (runEnd - begin) * rowBytes <= STRETCH_BYTES
    if (fits) stretches.at(-1)?.push(run)
    else {
      stretches.push([run])
      begin = run.row
    }
    end = fits ? Math.max(end, runEnd) : runEnd
  }
  return stretches
}
