import sumPage from '../../../shaders/sum.wgsl?raw'
import type { ElementSums, SumRequest } from '../elementwise/program.ts'
import { sumBlock, sumElements } from '../elementwise/reference-sum.ts'
import { ElementTotals } from '../elementwise/sums.ts'
import { GRAM_BLOCK } from '../engine.ts'
import { STRANDS } from '../gram-sums.ts'
import type { Arena } from './arena.ts'
import { runElements } from './element-run.ts'
import { ElementTable } from './element-table.ts'
import { type Gpu, gridOf } from './gpu.ts'

/** Sums over a tile; blocks with values that are not for the kernel are summed by the reference. */
export async function sumTile(gpu: Gpu, arena: Arena, request: SumRequest): Promise<ElementSums> {
  const { elementCount, tile } = arena
  const differences = request.inputs.length - 1
  const blocks = Math.ceil(elementCount / GRAM_BLOCK)
  const grid = gridOf(blocks)
  const table = new ElementTable(arena, request, grid[0])
  if (
    differences < 1 ||
    !table.addKey(request.key, elementCount) ||
    !table.addKeeps(request.keeps, differences, request.first, elementCount)
  )
    return sumElements(tile, request)
  table.set(0, request.squares ? 1 : 0)
  table.set(1, blocks)
  const { bytes, flagged } = await runElements(gpu, arena, {
    label: 'sum',
    page: sumPage,
    inputs: request.inputs,
    table: table.words(),
    grid,
    outputBytes: blocks * differences * 2 * STRANDS * 4,
    flagCount: blocks,
  })
  const partials = new Float32Array(bytes.buffer, 0, blocks * differences * 2 * STRANDS)
  const isFlagged = new Set(flagged)
  const totals = new ElementTotals(differences)
  for (let block = 0; block < blocks; block++) {
    if (isFlagged.has(block)) {
      sumBlock(tile, request, block * GRAM_BLOCK, totals)
      continue
    }
    for (let k = 0; k < differences; k++)
      for (let strand = 0; strand < STRANDS; strand++) {
        const at = (block * differences + k) * 2 * STRANDS + strand
        totals.addBlock(k, partials[at] ?? 0, partials[at + STRANDS] ?? 0)
      }
  }
  return totals.sums()
}
