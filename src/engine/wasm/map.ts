import { bytesPerElement } from '../../tensor/dtype.ts'
import { DTYPE_CODES } from '../dtype-codes.ts'
import { columnsByGroups } from '../elementwise/column-groups.ts'
import { factorTable, TABLED } from '../elementwise/factors.ts'
import { rowGroupsOf, VOTES } from '../elementwise/kernel-words.ts'
import type { ElementProgram, RowsRule } from '../elementwise/program.ts'
import { mapElements } from '../elementwise/reference-map.ts'
import type { Tile } from '../engine.ts'
import { GROUP } from '../gram-sums.ts'
import { outputBytes } from '../output-bytes.ts'
import { InputRun } from './input-run.ts'
import type { Kernels } from './kernels.ts'
import { keepWords, keyWords } from './key-words.ts'
import type { Layout } from './layout.ts'

/** Elements that the kernel flags together, and that are copied into its memory at once. */
const BLOCK = 1024
const RUN = 32 * BLOCK

/** Words of a rule in the kernels' table, see assembly/map.ts. */
const RULE_WORDS = 13

/**
 * An element-wise program over a tile, run by run; blocks with values too large for the kernel are done by the reference.
 * @returns the output, and whether it is sure that no value was too large
 */
export function mapTile(
  kernels: Kernels,
  layout: Layout,
  tile: Tile,
  program: ElementProgram,
  into?: Uint8Array<ArrayBuffer>,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly isTame: boolean } {
  const { inputs, round } = program
  const { elementCount } = tile
  const width = bytesPerElement(round)
  const output = outputBytes(elementCount * width, into)
  const rule = ruleWords(layout, program, elementCount)
  if (rule === null) {
    mapElements(tile, program, 0, elementCount, output)
    return { bytes: output, isTame: false }
  }
  const size = Math.min(RUN, Math.ceil(elementCount / GROUP) * GROUP)
  const run = new InputRun(layout, tile, inputs, size)
  const ruleArea = layout.area(4 * RULE_WORDS)
  const out = layout.area(size * width)
  const scratch = layout.area(4608 * inputs.length + 24576)
  const flags = layout.area(RUN / BLOCK)
  run.begin()
  rule.write(ruleArea)
  const results = layout.bytes(out, size * width)
  const flagBytes = layout.bytes(flags, RUN / BLOCK)
  let isTame = true
  for (let first = 0; first < elementCount; first += size) {
    const count = Math.min(size, elementCount - first)
    const groups = run.copy(first, count)
    const group = rule.firstGroup + first / GROUP
    const wild = kernels.mapRun(
      run.table,
      inputs.length,
      groups,
      ruleArea,
      group,
      DTYPE_CODES[round],
      out,
      scratch,
      flags,
    )
    output.set(count === size ? results : results.subarray(0, count * width), first * width)
    if (wild === 0) continue
    isTame = false
    for (let at = 0; at < count; at += BLOCK)
      if (flagBytes[at / BLOCK]) mapElements(tile, program, first + at, Math.min(BLOCK, count - at), output)
  }
  return { bytes: output, isTame }
}

interface RuleWords {
  /** What the kernel is to count groups from. */
  readonly firstGroup: number
  readonly write: (address: number) => void
}

/** @returns null where the kernel can't */
function ruleWords(layout: Layout, program: ElementProgram, elementCount: number): RuleWords | null {
  const { rule, inputs, first } = program
  const words = new Array<number>(RULE_WORDS).fill(0)
  const write = (address: number) => layout.counts(address, RULE_WORDS).set(words)
  if (rule.kind === 'near') {
    words[0] = 1
    words[9] = floatBits(rule.t)
    return { firstGroup: 0, write }
  }
  if (rule.kind === 'rows') return rowWords(layout, rule, inputs.length, first, elementCount, words)
  const key = keyWords(layout, rule.key, elementCount)
  if (key === null) return null
  words[1] = key.of
  words[2] = key.factors
  words[3] = key.rowGroups
  if (rule.kind === 'fuse') {
    words[0] = 2
    words[10] = rule.threshold
    return {
      firstGroup: 0,
      write: (address) => {
        key.write()
        write(address)
      },
    }
  }
  const differences = inputs.length - 1
  if (differences > TABLED) return null
  const keeps = keepWords(layout, rule.key, rule.keeps, differences, first, elementCount)
  if (keeps === null) return null
  const factors = factorTable(rule, differences)
  words[4] = VOTES[rule.vote]
  words[5] = factors.length
  words[6] = layout.area(4 * factors.length)
  words[7] = layout.area(4 * differences)
  words[8] = keeps.address
  return {
    firstGroup: 0,
    write: (address) => {
      key.write()
      keeps.write()
      layout.floats(words[6] ?? 0, factors.length).set(factors)
      layout.floats(words[7] ?? 0, differences).set(rule.scales)
      write(address)
    },
  }
}

function rowWords(
  layout: Layout,
  { along, length, coefficients }: RowsRule,
  inputs: number,
  first: number,
  elementCount: number,
  words: number[],
): RuleWords | null {
  const columns = along === 'columns'
  if (columns && (length % GROUP !== 0 || first % GROUP !== 0)) return null
  const rowGroups = columns ? length / GROUP : rowGroupsOf(length, elementCount)
  if (rowGroups === null) return null
  const table = columns ? columnsByGroups(coefficients, inputs, length) : coefficients
  words[0] = 3
  words[3] = rowGroups
  words[11] = layout.area(4 * table.length)
  words[12] = columns ? 1 : 0
  return {
    firstGroup: columns ? (first / GROUP) % rowGroups : 0,
    write: (address) => {
      layout.floats(words[11] ?? 0, table.length).set(table)
      layout.counts(address, RULE_WORDS).set(words)
    },
  }
}

const float = new DataView(new ArrayBuffer(4))
function floatBits(value: number): number {
  float.setFloat32(0, value)
  return float.getUint32(0)
}
