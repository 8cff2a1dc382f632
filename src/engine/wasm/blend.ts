import { bytesPerElement } from '../../tensor/dtype.ts'
import { blendElements } from '../blend-elements.ts'
import type { PreparedBlend } from '../blend-program.ts'
import { DTYPE_CODES } from '../dtype-codes.ts'
import type { Tile } from '../engine.ts'
import { GROUP } from '../gram-sums.ts'
import { outputBytes } from '../output-bytes.ts'
import type { Kernels } from './kernels.ts'
import type { Layout } from './layout.ts'

/** Elements of a block that the kernel does at once, and flags as a whole; see assembly/blend.ts. */
const BLOCK = 1024
/** Elements copied into the kernels' memory at once. */
const RUN = 32 * BLOCK

/** blend over a tile, run by run; blocks with values too large for the fast way are done by the reference. */
export function blendTile(
  kernels: Kernels,
  layout: Layout,
  tile: Tile,
  program: PreparedBlend,
  into?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const { inputs, stages } = program
  const run = Math.min(RUN, Math.ceil(tile.elementCount / GROUP) * GROUP)
  const slots = inputs.map(({ dtype }) => ({
    width: bytesPerElement(dtype),
    address: layout.area(run * bytesPerElement(dtype)),
  }))
  const outWidth = bytesPerElement(program.output)
  const out = layout.area(run * outWidth)
  const scratch = layout.area((inputs.length + stages.length) * BLOCK * 4)
  const flags = layout.area(RUN / BLOCK)
  const tableWords = tableOf(
    program,
    slots.map((slot) => slot.address),
  )
  const table = layout.area(4 * tableWords.length)

  const words = layout.words(table, tableWords.length)
  for (const [i, word] of tableWords.entries()) words.setUint32(4 * i, word, true)
  const areas = slots.map(({ address, width }) => layout.bytes(address, run * width))
  const results = layout.bytes(out, run * outWidth)
  const flagBytes = layout.bytes(flags, RUN / BLOCK)

  const output = outputBytes(tile.elementCount * outWidth, into)
  for (let first = 0; first < tile.elementCount; first += run) {
    const count = Math.min(run, tile.elementCount - first)
    slots.forEach(({ width }, i) => {
      areas[i]?.set(tile.inputs[i]?.subarray(first * width, (first + count) * width) ?? [])
      if (count % GROUP !== 0) areas[i]?.fill(0, count * width, Math.ceil(count / GROUP) * GROUP * width)
    })
    const groups = Math.ceil(count / GROUP)
    const wild = kernels.blendRun(table, inputs.length, stages.length, groups, out, scratch, flags)
    output.set(count === run ? results : results.subarray(0, count * outWidth), first * outWidth)
    if (wild === 0) continue
    for (let at = 0; at < count; at += BLOCK)
      if (flagBytes[at / BLOCK]) blendElements(program, tile.inputs, first + at, Math.min(BLOCK, count - at), output)
  }
  return output
}

const float = new DataView(new ArrayBuffer(4))
function floatBits(value: number): number {
  float.setFloat32(0, value)
  return float.getUint32(0)
}

function tableOf({ inputs, stages }: PreparedBlend, addresses: readonly number[]): number[] {
  return [
    ...inputs.flatMap(({ dtype, round }, i) => [
      addresses[i] ?? 0,
      DTYPE_CODES[dtype],
      round === null ? 0 : DTYPE_CODES[round],
    ]),
    ...stages.flatMap(({ terms, exponent, round, copy }) => [
      terms.length,
      floatBits(2 ** exponent),
      DTYPE_CODES[round],
      copy ? 1 : 0,
      ...terms.flatMap(({ operand, high, low }) => [operand, floatBits(high), floatBits(low)]),
    ]),
  ]
}
