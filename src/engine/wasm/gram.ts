import { bytesPerElement } from '../../tensor/dtype.ts'
import { DTYPE_CODES } from '../dtype-codes.ts'
import { GRAM_BLOCK, type GramPart, type GramRequest, type Tile } from '../engine.ts'
import { columnCount, GROUP, GramSums, gramWildBlock, STRANDS, WILD_BITS } from '../gram-sums.ts'
import type { Kernels } from './kernels.ts'
import type { Layout } from './layout.ts'

/** gram over a tile, block by block (assembly/gram.ts). */
export function gramTile(kernels: Kernels, layout: Layout, tile: Tile, request: GramRequest): GramPart {
  const n = request.inputs.length
  const columns = columnCount(n)
  const slots = request.inputs.map(({ dtype }) => ({
    width: bytesPerElement(dtype),
    address: layout.area(GRAM_BLOCK * bytesPerElement(dtype)),
  }))
  const table = layout.area(12 * n)
  const scratch = layout.area(2048 * n)
  const strandSums = layout.area(1024 * columns)
  const out = layout.area(4 * STRANDS * columns)

  const words = layout.words(table, 3 * n)
  request.inputs.forEach((format, i) => {
    words.setUint32(12 * i, slots[i]?.address ?? 0, true)
    words.setUint32(12 * i + 4, DTYPE_CODES[format.dtype], true)
    words.setUint32(12 * i + 8, format.round === null ? 0 : DTYPE_CODES[format.round], true)
  })
  const areas = slots.map(({ address, width }) => layout.bytes(address, GRAM_BLOCK * width))
  const partials = layout.floats(out, STRANDS * columns)

  const sums = new GramSums(n)
  for (let block = 0; block * GRAM_BLOCK < tile.elementCount; block++) {
    const first = block * GRAM_BLOCK
    const count = Math.min(GRAM_BLOCK, tile.elementCount - first)
    slots.forEach(({ width }, i) => {
      areas[i]?.set(tile.inputs[i]?.subarray(first * width, (first + count) * width) ?? [])
      if (count % GROUP !== 0) areas[i]?.fill(0, count * width, Math.ceil(count / GROUP) * GROUP * width)
    })
    const largest = kernels.gramBlock(
      table,
      n,
      request.origin ?? -1,
      Math.ceil(count / GROUP),
      scratch,
      strandSums,
      out,
    )
    if (largest >>> 0 >= WILD_BITS) gramWildBlock(sums, tile, request, block)
    else for (let column = 0; column < columns; column++) sums.addStrands(column, partials, column * STRANDS)
  }
  return sums.part()
}
