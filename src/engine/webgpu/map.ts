import mapPage from '../../../shaders/map.wgsl?raw'
import { bytesPerElement } from '../../tensor/dtype.ts'
import { DTYPE_CODES } from '../dtype-codes.ts'
import { columnsByGroups } from '../elementwise/column-groups.ts'
import { factorTable, TABLED } from '../elementwise/factors.ts'
import { rowGroupsOf, VOTES } from '../elementwise/kernel-words.ts'
import type { ElementProgram, RowsRule } from '../elementwise/program.ts'
import { mapElements } from '../elementwise/reference-map.ts'
import { GROUP } from '../gram-sums.ts'
import { outputBytes } from '../output-bytes.ts'
import type { Arena } from './arena.ts'
import { runElements } from './element-run.ts'
import { ElementTable } from './element-table.ts'
import { type Gpu, gridOf } from './gpu.ts'

/** Groups and elements of a workgroup, which is flagged as a whole. */
const WORKGROUP = 128
const BLOCK = WORKGROUP * GROUP

const RULES = { mix: 0, near: 1, fuse: 2, rows: 3 } as const
/** Below this the kernel's own numbers might be subnormal. */
const SMALL = 2 ** -60

/** An element-wise program over a tile; workgroups with values that are not for the kernel are done by the reference. */
export async function mapTile(
  gpu: Gpu,
  arena: Arena,
  program: ElementProgram,
  into?: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { elementCount, groupCount, tile } = arena
  const width = bytesPerElement(program.round)
  const units = Math.ceil(groupCount / WORKGROUP)
  const grid = gridOf(units)
  const table = new ElementTable(arena, program, grid[0])
  if (!addRule(table, program, elementCount)) {
    const output = outputBytes(elementCount * width, into)
    mapElements(tile, program, 0, elementCount, output)
    return output
  }
  table.set(0, DTYPE_CODES[program.round])
  const { bytes, flagged } = await runElements(
    gpu,
    arena,
    {
      label: 'map',
      page: mapPage,
      constants: { 'RULE: u32': `${RULES[program.rule.kind]}u` },
      inputs: program.inputs,
      table: table.words(),
      grid,
      outputBytes: groupCount * GROUP * width,
      flagCount: units,
    },
    into,
  )
  for (const unit of flagged) {
    const first = unit * BLOCK
    mapElements(tile, program, first, Math.min(BLOCK, elementCount - first), bytes)
  }
  return bytes.subarray(0, elementCount * width)
}

/** Writes the rule into the table; @returns false where the kernel can't */
function addRule(table: ElementTable, program: ElementProgram, elementCount: number): boolean {
  const { rule, inputs, first } = program
  if (inputs.length < 2) return false
  if (rule.kind === 'near') {
    table.setFloat(5, rule.t)
    return rule.t === 0 || rule.t >= SMALL
  }
  if (rule.kind === 'rows') return addRows(table, rule, inputs.length, first, elementCount)
  if (!table.addKey(rule.key, elementCount)) return false
  if (rule.kind === 'fuse') {
    table.set(5, rule.threshold)
    return true
  }
  const differences = inputs.length - 1
  if (differences > TABLED || !table.addKeeps(rule.keeps, differences, first, elementCount)) return false
  const factors = factorTable(rule, differences)
  table.set(1, VOTES[rule.vote])
  table.set(2, table.addFloats(factors))
  table.set(3, factors.length)
  table.set(4, table.addFloats(rule.scales))
  return [...factors, ...rule.scales].every((value) => value === 0 || Math.abs(value) >= SMALL)
}

function addRows(
  table: ElementTable,
  { along, length, coefficients }: RowsRule,
  inputs: number,
  first: number,
  elementCount: number,
): boolean {
  const columns = along === 'columns'
  if (columns && (length % GROUP !== 0 || first % GROUP !== 0)) return false
  const rowGroups = columns ? length / GROUP : rowGroupsOf(length, elementCount)
  if (rowGroups === null) return false
  table.setRowGroups(rowGroups)
  table.set(6, table.addFloats(columns ? columnsByGroups(coefficients, inputs, length) : coefficients))
  table.set(7, columns ? 1 : 0)
  table.set(8, columns ? (first / GROUP) % rowGroups : 0)
  return coefficients.every((value) => value === 0 || Math.abs(value) >= SMALL)
}
