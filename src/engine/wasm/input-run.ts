import { bytesPerElement } from '../../tensor/dtype.ts'
import { DTYPE_CODES } from '../dtype-codes.ts'
import type { InputFormat, Tile } from '../engine.ts'
import { GROUP } from '../gram-sums.ts'
import type { Layout } from './layout.ts'

/** The part of a tile that lies in the kernels' memory: a run of elements of every input, the last group filled up with zeros. */
export class InputRun {
  /** Address of the kernels' table of inputs: for each its address, dtype and rounding. */
  readonly table: number
  readonly #tile: Tile
  readonly #layout: Layout
  readonly #formats: readonly InputFormat[]
  readonly #slots: readonly { width: number; address: number }[]
  readonly #elements: number
  #areas: Uint8Array<ArrayBuffer>[] = []

  /** @param elements of the largest run, a multiple of 8 */
  constructor(layout: Layout, tile: Tile, formats: readonly InputFormat[], elements: number) {
    this.#tile = tile
    this.#layout = layout
    this.#formats = formats
    this.#elements = elements
    this.#slots = formats.map(({ dtype }) => {
      const width = bytesPerElement(dtype)
      return { width, address: layout.area(elements * width) }
    })
    this.table = layout.area(12 * formats.length)
  }

  /** Writes the table, once all areas of the request are laid out. */
  begin(): void {
    const words = this.#layout.words(this.table, 3 * this.#formats.length)
    for (const [i, { dtype, round }] of this.#formats.entries()) {
      words.setUint32(12 * i, this.#slots[i]?.address ?? 0, true)
      words.setUint32(12 * i + 4, DTYPE_CODES[dtype], true)
      words.setUint32(12 * i + 8, round === null ? 0 : DTYPE_CODES[round], true)
    }
    this.#areas = this.#slots.map(({ address, width }) => this.#layout.bytes(address, this.#elements * width))
  }

  /** Copies `count` elements from place `first` of the tile on; @returns their groups */
  copy(first: number, count: number): number {
    for (const [i, { width }] of this.#slots.entries()) {
      this.#areas[i]?.set(this.#tile.inputs[i]?.subarray(first * width, (first + count) * width) ?? [])
      if (count % GROUP !== 0) this.#areas[i]?.fill(0, count * width, Math.ceil(count / GROUP) * GROUP * width)
    }
    return Math.ceil(count / GROUP)
  }
}
