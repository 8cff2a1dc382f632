import type { ElementSums, SumRequest } from '../elementwise/program.ts'
import { sumBlock, sumElements } from '../elementwise/reference-sum.ts'
import { ElementTotals } from '../elementwise/sums.ts'
import { GRAM_BLOCK, type Tile } from '../engine.ts'
import { GROUP, STRANDS } from '../gram-sums.ts'
import { InputRun } from './input-run.ts'
import type { Kernels } from './kernels.ts'
import { keepWords, keyWords } from './key-words.ts'
import type { Layout } from './layout.ts'

/** Sums over a tile, block by block; blocks with values too large for the kernel are done by the reference. */
export function sumTile(kernels: Kernels, layout: Layout, tile: Tile, request: SumRequest): ElementSums {
  const { inputs, key, keeps, first, squares } = request
  const differences = inputs.length - 1
  const words = keyWords(layout, key, tile.elementCount)
  const rows = keepWords(layout, key, keeps, differences, first, tile.elementCount)
  if (words === null || rows === null) return sumElements(tile, request)
  const run = new InputRun(layout, tile, inputs, GRAM_BLOCK)
  const scratch = layout.area(4096 * (inputs.length + 3))
  const strandSums = layout.area(2048 * differences)
  const out = layout.area(8 * STRANDS * differences)
  run.begin()
  words.write()
  rows.write()
  const partials = layout.floats(out, 2 * STRANDS * differences)
  const totals = new ElementTotals(differences)
  for (let at = 0; at < tile.elementCount; at += GRAM_BLOCK) {
    const groups = run.copy(at, Math.min(GRAM_BLOCK, tile.elementCount - at))
    const fine = kernels.sumBlock(
      run.table,
      inputs.length,
      groups,
      words.of,
      words.factors,
      words.rowGroups,
      at / GROUP,
      rows.address,
      squares ? 1 : 0,
      scratch,
      strandSums,
      out,
    )
    if (!fine) {
      sumBlock(tile, request, at, totals)
      continue
    }
    for (let k = 0; k < differences; k++)
      for (let strand = 0; strand < STRANDS; strand++) {
        const place = 2 * k * STRANDS + strand
        totals.addBlock(k, partials[place] ?? 0, partials[place + STRANDS] ?? 0)
      }
  }
  return totals.sums()
}
