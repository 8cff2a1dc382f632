import type { BlendProgram } from '../engine/engine.ts'
import type { JobCoefficients } from '../plan/coefficients.ts'
import type { Job } from '../plan/plan.ts'
import { bytesPerElement, isFloatDType } from '../tensor/dtype.ts'
import { runsOf } from './gather-rows.ts'
import { restrict } from './measure-operands.ts'
import type { NonFiniteTally } from './non-finite-tally.ts'
import { blendProgram } from './program.ts'
import type { TensorContext } from './tensor-context.ts'
import { readTiles, rowElements, type TileRange, tileElements } from './tiles.ts'

/** Some rows of the output, made of parts of segments. */
interface OutputTile {
  readonly from: number
  readonly to: number
  readonly ranges: readonly TileRange[]
}

/**
 * Blends a job whose rows are gathered: the rows of each segment that fall into a tile of the output are blended together, and put where
 * they belong. Rows of no segment are zeros.
 * @param write takes the output's bytes, tile by tile
 */
export async function blendGathered(
  job: Job,
  coefficients: JobCoefficients,
  write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>,
  nonFinite: NonFiniteTally,
  { engine, files, memoryBudget, onRead, signal }: TensorContext,
): Promise<void> {
  if (!isFloatDType(job.dtype)) throw new Error(`${job.name}: ${job.dtype} reached the engine`)
  const columns = rowElements(job)
  const rowBytes = columns * bytesPerElement(job.dtype)
  const programs = job.segments.map((segment): BlendProgram => {
    return restrict(blendProgram(job, coefficients.stages, job.stages.length - 1, segment), segment.inputs)
  })
  const tiles = outputTiles(job, Math.max(1, Math.floor(tileElements(job, engine, memoryBudget) / columns)), columns)
  const reads = readTiles(
    job,
    tiles.flatMap(({ ranges }) => ranges),
    files,
    onRead,
  )
  for (const { from, to, ranges } of tiles) {
    const bytes = new Uint8Array((to - from) * rowBytes)
    for (const { segment } of ranges) {
      signal.throwIfAborted()
      const next = await reads.next()
      if (next.done === true) throw new Error(`${job.name}: a tile is missing`)
      const { range, tile, formats } = next.value
      if (job.kind === 'blend-only') nonFinite.addInputs(tile.inputs, range.inputs)
      const loaded = engine.load(
        tile,
        formats.map(({ dtype }) => dtype),
      )
      try {
        const blended = await engine.blend(loaded, programs[segment] as BlendProgram)
        const output = job.segments[segment]?.gather?.output ?? new Int32Array(0)
        const first = range.from / columns
        for (const { row, place, count } of runsOf(output, first, range.to / columns)) {
          const at = (place - first) * rowBytes
          bytes.set(blended.subarray(at, at + count * rowBytes), (row - from) * rowBytes)
        }
      } finally {
        engine.unload(loaded)
      }
    }
    await write(bytes)
  }
}

function outputTiles(job: Job, rows: number, columns: number): OutputTile[] {
  const tiles: OutputTile[] = []
  const end = job.shape[0] ?? 1
  const at = job.segments.map(() => 0)
  for (let from = 0; from < end; from += rows) {
    const to = Math.min(end, from + rows)
    const ranges = job.segments.flatMap(({ gather, inputs }, segment): TileRange[] => {
      const output = gather?.output ?? null
      const first = at[segment] as number
      let last = first
      while (output !== null && last < output.length && (output[last] as number) < to) last++
      at[segment] = last
      return first === last ? [] : [{ segment, from: first * columns, to: last * columns, inputs }]
    })
    tiles.push({ from, to, ranges })
  }
  return tiles
}
