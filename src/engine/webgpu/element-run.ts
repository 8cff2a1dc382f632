import dtypePage from '../../../shaders/dtype.wgsl?raw'
import elementsPage from '../../../shaders/elements.wgsl?raw'
import type { InputFormat } from '../engine.ts'
import type { Arena } from './arena.ts'
import type { Gpu, Grid } from './gpu.ts'
import { inputConstants } from './input-constants.ts'

/** One run of an element-wise kernel. */
export interface ElementRun {
  readonly label: string
  /** The kernel's own page. */
  readonly page: string
  readonly constants?: Readonly<Record<string, string>>
  readonly inputs: readonly InputFormat[]
  readonly table: Uint32Array<ArrayBuffer>
  readonly grid: Grid
  /** Bytes of its output, and how many workgroups have a flag. */
  readonly outputBytes: number
  readonly flagCount: number
  /** Bytes that it works in, where it needs more than a workgroup has. */
  readonly scratchBytes?: number
}

/** @returns the output, in `into` where that is large enough, and the flags that are set */
export async function runElements(
  gpu: Gpu,
  arena: Arena,
  run: ElementRun,
  into?: Uint8Array<ArrayBuffer>,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; flagged: number[] }> {
  const { workspace } = gpu
  const pipeline = await gpu.pipelines.get(run.label, [dtypePage, elementsPage, run.page], {
    ...inputConstants(run.inputs),
    'INPUTS: u32': `${run.inputs.length}u`,
    ...run.constants,
  })
  const storage = GPUBufferUsage.STORAGE
  const table = workspace.buffer(`${run.label} table`, run.table.byteLength, storage | GPUBufferUsage.COPY_DST)
  const output = workspace.buffer(`${run.label} output`, run.outputBytes, storage | GPUBufferUsage.COPY_SRC)
  const flags = workspace.buffer(`${run.label} flags`, run.flagCount * 4, storage | GPUBufferUsage.COPY_SRC)
  const { scratchBytes = 0 } = run
  const scratch = scratchBytes > 0 ? [workspace.buffer(`${run.label} scratch`, scratchBytes, storage)] : []
  const made = [table, output, flags, ...scratch]
  try {
    await Promise.all([...made.map(({ ready }) => ready), arena.ready])
    await workspace.submit(run.label, (encoder) => {
      workspace.device.queue.writeBuffer(table.buffer, 0, run.table)
      gpu.dispatch(encoder, pipeline, [arena.buffer, ...made.map(({ buffer }) => buffer)], run.grid)
    })
    const [bytes, flagBytes] = await Promise.all([
      gpu.readback.read(output.buffer, run.outputBytes, into),
      gpu.readback.read(flags.buffer, run.flagCount * 4),
    ])
    const words = new Uint32Array(flagBytes.buffer, 0, run.flagCount)
    return { bytes, flagged: Array.from(words.keys()).filter((unit) => words[unit] !== 0) }
  } finally {
    workspace.free(...made.map(({ buffer }) => buffer))
  }
}
