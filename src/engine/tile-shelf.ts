import { bytesPerElement, type FloatDType } from '../tensor/dtype.ts'
import type { InputFormat, LoadedTile, Tile } from './engine.ts'

/** The tiles that an engine without memory of its own holds: the caller's bytes, looked up by what `load` returned. */
export class TileShelf {
  readonly #tiles = new Map<LoadedTile, Tile & { dtypes: readonly FloatDType[] }>()
  readonly #finite = new WeakSet<LoadedTile>()

  load(tile: Tile, dtypes: readonly FloatDType[]): LoadedTile {
    const byteLength = checkTile(tile, dtypes)
    const loaded: LoadedTile = { elementCount: tile.elementCount, byteLength }
    this.#tiles.set(loaded, { ...tile, dtypes })
    return loaded
  }

  unload(tile: LoadedTile): void {
    this.#tiles.delete(tile)
  }

  /** The tile, once it is sure that `formats` describe it. */
  tile(loaded: LoadedTile, formats: readonly InputFormat[]): Tile {
    const tile = this.#tiles.get(loaded)
    if (!tile) throw new Error('this tile is not loaded in this engine')
    checkFormats(tile.dtypes, formats)
    return tile
  }

  /** Remembers that no element of the tile is NaN or infinite. */
  noteFinite(tile: LoadedTile): void {
    this.#finite.add(tile)
  }

  isFinite(tile: LoadedTile): boolean {
    return this.#finite.has(tile)
  }

  clear(): void {
    this.#tiles.clear()
  }
}

/** @returns the bytes of all inputs together; throws when an input has not the bytes of its elements */
export function checkTile(tile: Tile, dtypes: readonly FloatDType[]): number {
  if (tile.inputs.length !== dtypes.length) throw new Error('a tile needs one dtype an input')
  return tile.inputs.reduce((total, bytes, i) => {
    const expected = tile.elementCount * bytesPerElement(dtypes[i] ?? 'F32')
    if (bytes.byteLength !== expected)
      throw new Error(`input ${i} of a tile has ${bytes.byteLength} bytes, not ${expected}`)
    return total + expected
  }, 0)
}

export function checkFormats(dtypes: readonly FloatDType[], formats: readonly InputFormat[]): void {
  if (formats.length !== dtypes.length || formats.some((format, i) => format.dtype !== dtypes[i]))
    throw new Error(`a request for ${formats.map((f) => f.dtype).join()} on a tile of ${dtypes.join()}`)
}
