import { randomOf } from './random.ts'

/** How much of a tensor a sample reads. */
export interface SamplingBudget {
  /** Bytes of one input's part of a tile. A slice costs about the same from 4 to 64 KiB, so that tiles are large and few. */
  readonly tileBytes: number
  /** Tiles of each row segment; the first round reads the first few. */
  readonly tiles: number
  readonly firstTiles: number
  /** Segments of at most so many bytes an input are read whole: their geometry is exact. */
  readonly wholeBytes: number
}

export const SAMPLING_BUDGET: SamplingBudget = {
  tileBytes: 32 * 1024,
  tiles: 8,
  firstTiles: 3,
  wholeBytes: 256 * 1024,
}

/**
 * Chooses tiles of a segment at random, one from each of `count` equal stretches, in random order: any first few of them are spread over the
 * segment too. What is chosen follows from `name` alone, so that the same tensor always shows the same estimate.
 *
 * @param population tiles that the segment has
 * @returns indices of tiles; all of them where there are not more than `count`
 */
export function chooseTiles(name: string, population: number, count: number): number[] {
  const random = randomOf(name)
  const chosen =
    population <= count
      ? Array.from({ length: population }, (_, tile) => tile)
      : Array.from({ length: count }, (_, stretch) => {
          const from = Math.floor((stretch * population) / count)
          const to = Math.floor(((stretch + 1) * population) / count)
          return from + Math.floor(random() * (to - from))
        })
  for (let last = chosen.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const kept = chosen[last] ?? 0
    chosen[last] = chosen[other] ?? 0
    chosen[other] = kept
  }
  return chosen
}
