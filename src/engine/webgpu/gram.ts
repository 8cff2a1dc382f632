import dtypePage from '../../../shaders/dtype.wgsl?raw'
import gramPage from '../../../shaders/gram.wgsl?raw'
import { DTYPE_CODES } from '../dtype-codes.ts'
import { GRAM_BLOCK, type GramPart, type GramRequest } from '../engine.ts'
import { columnCount, GramSums, gramWildBlock, pairColumn, pairCount, STRANDS, WILD_BITS } from '../gram-sums.ts'
import type { Arena } from './arena.ts'
import { type Gpu, gridOf } from './gpu.ts'
import { inputConstants } from './input-constants.ts'
import { inputSets } from './input-sets.ts'

/** gram over a tile: the kernel runs once for every set of up to four inputs, so that each pair is in one of them. */
export async function gramTile(gpu: Gpu, arena: Arena, request: GramRequest): Promise<GramPart> {
  const blockCount = Math.ceil(arena.elementCount / GRAM_BLOCK)
  const n = request.inputs.length
  const sets = inputSets(n)
  const partials = await Promise.all(sets.map((set) => partialsOf(gpu, arena, request, set, blockCount)))

  const sums = new GramSums(n)
  const columns = columnsOf(sets, n)
  for (let block = 0; block < blockCount; block++) {
    const isWild = sets.some((set, s) => {
      const width = columnCount(set.length) + 1
      const largest = new Uint32Array(
        partials[s]?.buffer ?? new ArrayBuffer(0),
        ((block + 1) * width - 1) * STRANDS * 4,
        STRANDS,
      )
      return largest.some((bits) => bits >= WILD_BITS)
    })
    if (isWild) gramWildBlock(sums, arena.tile, request, block)
    else
      columns.forEach(({ set, at, width }, column) => {
        const values = partials[set]
        if (values) sums.addStrands(column, values, (block * width + at) * STRANDS)
      })
  }
  return sums.part()
}

/** Where each column of the whole request is found: in which set's partial sums, and at which column of its `width`. */
function columnsOf(sets: readonly number[][], n: number): { set: number; at: number; width: number }[] {
  const columns: { set: number; at: number; width: number }[] = []
  sets.forEach((members, set) => {
    const k = members.length
    const width = columnCount(k) + 1
    members.forEach((i, a) => {
      for (let b = a; b < k; b++) columns[pairColumn(i, members[b] ?? i, n)] ??= { set, at: pairColumn(a, b, k), width }
      columns[pairCount(n) + i] ??= { set, at: pairCount(k) + a, width }
    })
  })
  return columns
}

async function partialsOf(
  gpu: Gpu,
  arena: Arena,
  request: GramRequest,
  set: readonly number[],
  blockCount: number,
): Promise<Float32Array> {
  const { workspace } = gpu
  const pipeline = await gpu.pipelines.get('gram', [dtypePage, gramPage], {
    ...inputConstants(request.inputs),
    'INPUTS: u32': `${set.length}u`,
    'HAS_ORIGIN: bool': `${request.origin !== null}`,
  })
  const grid = gridOf(blockCount)
  const row = (i: number) => {
    const format = request.inputs[i]
    if (!format) return [0, 0, 0, 1]
    const round = format.round === null ? 0 : DTYPE_CODES[format.round]
    return [arena.offsets[i] ?? 0, DTYPE_CODES[format.dtype], round, i === request.origin ? 1 : 0]
  }
  const words = new Uint32Array(24)
  words.set([blockCount, arena.groupCount, grid[0], 0, ...set.flatMap(row)])
  words.set(row(request.origin ?? -1), 20)

  const byteLength = blockCount * (columnCount(set.length) + 1) * STRANDS * 4
  const uniform = workspace.buffer('gram request', words.byteLength, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST)
  const output = workspace.buffer('partial sums', byteLength, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC)
  try {
    await Promise.all([uniform.ready, output.ready, arena.ready])
    await workspace.submit('gram', (encoder) => {
      workspace.device.queue.writeBuffer(uniform.buffer, 0, words)
      gpu.dispatch(encoder, pipeline, [arena.buffer, uniform.buffer, output.buffer], grid)
    })
    return new Float32Array((await gpu.readback.read(output.buffer, byteLength)).buffer)
  } finally {
    workspace.free(uniform.buffer, output.buffer)
  }
}
