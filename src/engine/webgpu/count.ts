import countPage from '../../../shaders/count.wgsl?raw'
import { type CountRequest, keyCount } from '../elementwise/program.ts'
import { bracketLength, countElements, countLength } from '../elementwise/reference-count.ts'
import { GRAM_BLOCK } from '../engine.ts'
import { GROUP } from '../gram-sums.ts'
import type { Arena } from './arena.ts'
import { runElements } from './element-run.ts'
import { ElementTable } from './element-table.ts'
import { type Gpu, gridOf } from './gpu.ts'

/** Groups and elements of a workgroup, which is flagged as a whole. */
const WORKGROUP = 128
const BLOCK = WORKGROUP * GROUP

/** Counts the keys of a tile; workgroups with values that are not for the kernel are counted by the reference. */
export async function countTile(gpu: Gpu, arena: Arena, request: CountRequest): Promise<Uint32Array> {
  const { elementCount, groupCount, tile } = arena
  const length = countLength(request, elementCount)
  const units = Math.ceil(groupCount / WORKGROUP)
  const grid = gridOf(units)
  const table = new ElementTable(arena, request, grid[0])
  if (request.inputs.length < 2 || length === 0 || !table.addKey(request.key, elementCount)) {
    const counts = new Uint32Array(length)
    countElements(tile, request, 0, elementCount, counts)
    return counts
  }
  addWanted(table, request)
  table.set(2, Math.ceil(elementCount / GRAM_BLOCK))
  const { bytes, flagged } = await runElements(gpu, arena, {
    label: 'count',
    page: countPage,
    inputs: request.inputs,
    table: table.words(),
    grid,
    outputBytes: 4 * length,
    flagCount: units,
  })
  const counts = new Uint32Array(bytes.buffer, 0, length)
  for (const unit of flagged) {
    const first = unit * BLOCK
    countElements(tile, request, first, Math.min(BLOCK, elementCount - first), counts)
  }
  return counts
}

/** What is counted, as shaders/count.wgsl reads it. */
function addWanted(table: ElementTable, request: CountRequest): void {
  const { what } = request
  if (what === 'prefixes') {
    table.set(0, 0)
    return
  }
  if ('below' in what) {
    let row = 0
    const rows = what.below.flatMap((prefixes) => {
      const words = [row, prefixes.length, table.addWords(prefixes)]
      row += prefixes.length
      return words
    })
    table.set(0, 1)
    table.set(1, table.addWords(rows))
    return
  }
  if ('within' in what) {
    let place = 0
    const rows = what.within.flatMap((brackets) => {
      const words = brackets.flatMap((bracket) => {
        const { low, high, single } = bracket
        const record = [low, high, place, single.length, table.addWords(single), what.room]
        place += bracketLength(bracket, what.room)
        return record
      })
      return [brackets.length, table.addWords(words)]
    })
    table.set(0, 4)
    table.set(1, table.addWords(rows))
    return
  }
  table.set(0, 'equal' in what ? 2 : 3)
  const wanted = 'equal' in what ? what.equal : Array.from({ length: keyCount(request, request.key) }, () => what.above)
  table.set(1, table.addWords(wanted.map((bits) => bits >>> 0)))
}
