import { readRange } from '../formats/blob.ts'
import type { JobSource, Plan } from '../plan/plan.ts'
import type { SourceHash } from '../writer/partial.ts'
import { HasherPool } from '../writer/tensor-hash.ts'
import type { MergeInput } from './merge-plan.ts'

/** Bytes of one read. */
const READ_BYTES = 16 * 2 ** 20

/** The tensors that a plan reads, each once, in the order of the files. Tensors that step through a storage have no content of their own. */
export function sourcesOf({ jobs }: Pick<Plan, 'jobs'>): JobSource[] {
  const sources = new Map<string, JobSource>()
  for (const source of jobs.flatMap((job) => job.sources))
    if (source.tensor.strides === undefined) sources.set(`${source.checkpoint} ${source.tensor.name}`, source)
  return [...sources.values()].sort(
    (a, b) => a.checkpoint - b.checkpoint || a.tensor.file - b.tensor.file || a.tensor.offset - b.tensor.offset,
  )
}

/**
 * Reads every tensor that a plan reads, whole, and hashes it (xxh128): the only way to see that a file was exchanged for one of the same
 * name, size, date and headers.
 * @param onRead bytes read since the last call
 * @throws StudioError naming file and tensor where one cannot be read
 */
export async function readSources(
  plan: Pick<Plan, 'jobs'>,
  inputs: readonly MergeInput[],
  onRead: (bytes: number) => void,
  signal: AbortSignal,
): Promise<SourceHash[]> {
  const pool = new HasherPool()
  const hashes: SourceHash[] = []
  for (const { checkpoint, tensor } of sourcesOf(plan)) {
    const file = inputs[checkpoint]?.files[tensor.file]
    if (file === undefined) throw new Error(`${tensor.name} lies in no file`)
    const hash = await pool.start()
    const end = tensor.offset + tensor.byteLength
    for (let at = tensor.offset; at < end; at += READ_BYTES) {
      signal.throwIfAborted()
      const bytes = await readRange(file, at, Math.min(end, at + READ_BYTES), `tensor "${tensor.name}"`)
      hash.update(bytes)
      onRead(bytes.length)
    }
    hashes.push([checkpoint, tensor.name, hash.digest()])
  }
  return hashes
}
