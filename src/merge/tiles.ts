import { type Engine, GRAM_BLOCK, type InputFormat, type Tile } from '../engine/engine.ts'
import type { WeightFile } from '../formats/checkpoint.ts'
import { readTensorBytes } from '../formats/tensor-bytes.ts'
import type { Job, RowSegment } from '../plan/plan.ts'
import { bytesPerElement } from '../tensor/dtype.ts'
import { elementCount } from '../tensor/tensor.ts'
import { readGathered } from './gather-rows.ts'
import { inputFormats } from './program.ts'

/** Bytes of one input's part of a tile: a read costs 1 to 3 ms beside its bytes, so that most tensors should be one. */
const TILE_BYTES = 32 * 2 ** 20

/** Tiles that are read before they are needed, for each tensor in flight. */
const READ_AHEAD = 2

/** A range of elements within one row segment, counted from the tensor's start, or over the rows that a gathered segment lists. */
export interface TileRange {
  readonly segment: number
  readonly from: number
  readonly to: number
  /** Inputs that are there. */
  readonly inputs: readonly number[]
}

/** Elements of a row; 1 for scalars and vectors. */
export function rowElements(job: Job): number {
  return elementCount(job.shape.slice(1))
}

/** Largest tile for a job: what the engine takes, what a read should be, and a share of the memory budget. A multiple of GRAM_BLOCK. */
export function tileElements(job: Job, engine: Engine, memoryBudget: number): number {
  const formats = inputFormats(job)
  const widest = Math.max(...formats.map(({ dtype }) => bytesPerElement(dtype)))
  const perElement = formats.reduce((sum, { dtype }) => sum + bytesPerElement(dtype), 0)
  const wanted = Math.min(
    TILE_BYTES / widest,
    memoryBudget / (perElement * (READ_AHEAD + 1)),
    engine.maxTileElements(formats.map(({ dtype }) => dtype)),
  )
  return Math.max(1, Math.floor(wanted / GRAM_BLOCK)) * GRAM_BLOCK
}

/** Bytes of inputs that a job holds at once: all of them where it keeps them, else the tiles that are computed or on their way. */
export function heldBytes(job: Job, kept: boolean, engine: Engine, memoryBudget: number): number {
  if (kept || job.inputs.length === 0) return job.bytesReadOnce
  const perElement = inputFormats(job).reduce((sum, { dtype }) => sum + bytesPerElement(dtype), 0)
  return Math.min(job.bytesReadOnce, (READ_AHEAD + 1) * tileElements(job, engine, memoryBudget) * perElement)
}

/** Cuts the given segments into tiles; each segment begins a tile of its own, so that its sums don't depend on the tile size. */
export function cutTiles(job: Job, segments: readonly RowSegment[], elements: number): TileRange[] {
  const columns = rowElements(job)
  return segments.flatMap((segment) => {
    const index = job.segments.indexOf(segment)
    const end = segment.to * columns
    const tiles: TileRange[] = []
    for (let from = segment.from * columns; from < end; from += elements) {
      tiles.push({ segment: index, from, to: Math.min(end, from + elements), inputs: segment.inputs })
    }
    return tiles
  })
}

export interface ReadTile {
  readonly range: TileRange
  /** The bytes of `range.inputs`, in that order. */
  readonly tile: Tile
  readonly formats: readonly InputFormat[]
}

/** Reads tiles in order, the next ones already on their way. Each stored tensor is read once, however many inputs are made of it. */
export async function* readTiles(
  job: Job,
  ranges: readonly TileRange[],
  files: readonly (readonly WeightFile[])[],
  onRead: (bytes: number) => void,
): AsyncGenerator<ReadTile> {
  const formats = inputFormats(job)
  const read = async (range: TileRange): Promise<ReadTile> => {
    const bySource = new Map<number, Promise<Uint8Array<ArrayBuffer>>>()
    const gather = job.segments[range.segment]?.gather
    const inputs = range.inputs.map((input, place) => {
      const index = job.inputs[input]?.source ?? -1
      const source = job.sources[index]
      if (source === undefined) throw new Error(`${job.name}: input ${input} has no source`)
      const rows = gather?.rows[place]
      if (rows !== undefined) {
        const stored = files[source.checkpoint] ?? []
        return readGathered(stored, source.tensor, rows, rowElements(job), range.from, range.to)
      }
      let bytes = bySource.get(index)
      if (bytes === undefined) {
        bytes = readTensorBytes(files[source.checkpoint] ?? [], source.tensor, range.from, range.to)
        bySource.set(index, bytes)
      }
      return bytes
    })
    const arrays = await Promise.all(inputs)
    onRead([...new Set(arrays)].reduce((sum, array) => sum + array.length, 0))
    return {
      range,
      tile: { elementCount: range.to - range.from, inputs: arrays },
      formats: range.inputs.map((input) => formats[input] as InputFormat),
    }
  }
  const ahead: Promise<ReadTile>[] = []
  const start = (index: number): void => {
    const range = ranges[index]
    if (range === undefined) return
    const reading = read(range)
    // A failed read is reported where its turn comes; until then it must not count as unhandled.
    reading.catch(() => undefined)
    ahead.push(reading)
  }
  for (let index = 0; index < READ_AHEAD; index++) start(index)
  for (let index = 0; index < ranges.length; index++) {
    const next = ahead.shift()
    if (next === undefined) return
    const tile = await next
    start(index + READ_AHEAD)
    yield tile
  }
}
