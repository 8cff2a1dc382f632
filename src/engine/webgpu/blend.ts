import blendPage from '../../../shaders/blend.wgsl?raw'
import dtypePage from '../../../shaders/dtype.wgsl?raw'
import { bytesPerElement } from '../../tensor/dtype.ts'
import { blendElements } from '../blend-elements.ts'
import type { PreparedBlend } from '../blend-program.ts'
import { DTYPE_CODES } from '../dtype-codes.ts'
import { GROUP } from '../gram-sums.ts'
import type { Arena } from './arena.ts'
import { type Gpu, gridOf } from './gpu.ts'
import { inputConstants } from './input-constants.ts'

/** Groups and elements of a workgroup, which is flagged as a whole. */
const WORKGROUP = 128
const BLOCK = WORKGROUP * GROUP

/** blend over a tile; workgroups with values too large for the kernel are done by the reference. */
export async function blendTile(
  gpu: Gpu,
  arena: Arena,
  program: PreparedBlend,
  into?: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { workspace } = gpu
  const operands = program.inputs.length + program.stages.length
  const pipeline = await gpu.pipelines.get('blend', [dtypePage, blendPage], {
    ...inputConstants(program.inputs),
    // Few variants, so that few pipelines are compiled.
    'OPERANDS: u32': `${Math.max(4, 2 ** Math.ceil(Math.log2(operands)))}u`,
  })
  const unitCount = Math.ceil(arena.groupCount / WORKGROUP)
  const grid = gridOf(unitCount)
  const table = tableOf(program, arena, grid[0])
  const width = bytesPerElement(program.output)

  const storage = GPUBufferUsage.STORAGE
  const programBuffer = workspace.buffer('blend program', table.byteLength, storage | GPUBufferUsage.COPY_DST)
  const output = workspace.buffer('blend output', arena.groupCount * GROUP * width, storage | GPUBufferUsage.COPY_SRC)
  const flags = workspace.buffer('blend flags', unitCount * 4, storage | GPUBufferUsage.COPY_SRC)
  try {
    await Promise.all([programBuffer.ready, output.ready, flags.ready, arena.ready])
    await workspace.submit('blend', (encoder) => {
      workspace.device.queue.writeBuffer(programBuffer.buffer, 0, table)
      const bindings = [arena.buffer, programBuffer.buffer, output.buffer, flags.buffer]
      gpu.dispatch(encoder, pipeline, bindings, grid)
    })
    const [bytes, flagBytes] = await Promise.all([
      gpu.readback.read(output.buffer, arena.elementCount * width, into),
      gpu.readback.read(flags.buffer, unitCount * 4),
    ])
    new Uint32Array(flagBytes.buffer).forEach((flag, unit) => {
      if (flag === 0) return
      const first = unit * BLOCK
      blendElements(program, arena.tile.inputs, first, Math.min(BLOCK, arena.elementCount - first), bytes)
    })
    return bytes
  } finally {
    workspace.free(programBuffer.buffer, output.buffer, flags.buffer)
  }
}

/** Rows of four words, see blend.wgsl. */
function tableOf({ inputs, stages }: PreparedBlend, arena: Arena, unitsPerRow: number): Uint32Array<ArrayBuffer> {
  const floats = new Float32Array(1)
  const bits = new Uint32Array(floats.buffer)
  const floatBits = (value: number) => {
    floats[0] = value
    return bits[0] ?? 0
  }
  return Uint32Array.from([
    ...[inputs.length, stages.length, arena.groupCount, unitsPerRow],
    ...inputs.flatMap(({ dtype, round }, i) => [
      arena.offsets[i] ?? 0,
      DTYPE_CODES[dtype],
      round === null ? 0 : DTYPE_CODES[round],
      0,
    ]),
    ...stages.flatMap(({ terms, exponent, round, copy }) => [
      ...[terms.length, exponent, DTYPE_CODES[round], copy ? 1 : 0],
      ...terms.flatMap(({ operand, high, low }) => [operand, floatBits(high), floatBits(low), 0]),
    ]),
  ])
}
