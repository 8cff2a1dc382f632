import type { WeightFile } from '../formats/checkpoint.ts'
import type { Job } from '../plan/plan.ts'
import { isBased, isElementwise, isInner } from '../plan/rule-kinds.ts'
import { StudioError } from '../problem.ts'
import { HasherPool } from '../writer/tensor-hash.ts'
import type { CheckedRecords } from './checked-records.ts'
import type { Gate } from './gate.ts'
import type { SourceHashes } from './source-hashes.ts'
import type { TimeSpent } from './time-spent.ts'

type WatchedJob = Pick<Job, 'name' | 'kind' | 'sources'> & Partial<Pick<Job, 'stages' | 'segments'>>

const hashers = new HasherPool()

/**
 * The weight files as one job reads them: every read waits while the merge is paused, and where the job may read its tensors twice, the
 * second reading must give what the first one gave: tile by tile, or where `hashes` is given and tensors are read whole, by its hash. A file's own date and size are watched by the browser, but one that is put in its
 * place with the same date and size is read without a word. What is read counts towards the checksums of the files that have them.
 *
 * @param files by checkpoint of the plan
 */
export function watchFiles(
  job: WatchedJob,
  files: readonly (readonly WeightFile[])[],
  gate: Gate,
  signal: AbortSignal,
  records: CheckedRecords,
  hashes?: SourceHashes,
  time?: TimeSpent,
): readonly (readonly WeightFile[])[] {
  const isWhole = hashes !== undefined && (job.segments ?? []).length < 2 && job.segments?.[0]?.gather === undefined
  const seen = mayReadAgain(job) && !isWhole ? new Map<string, string>() : null
  const bytesOf = async (part: Blob): Promise<ArrayBuffer> => {
    await gate.pass(signal)
    return time === undefined ? part.arrayBuffer() : time.during('read', () => part.arrayBuffer())
  }
  return files.map((checkpoint, c) =>
    checkpoint.map((file, f): WeightFile => {
      const read = async (part: Blob, from: number): Promise<ArrayBuffer> => {
        const hash = hashes?.announce(c, f, from, part.size, file.name)
        const buffer = await bytesOf(part).catch(async (cause: unknown) => {
          await hash?.(null)
          throw cause
        })
        await hash?.(new Uint8Array(buffer))
        records.add(c, f, from, new Uint8Array(buffer))
        if (seen === null) return buffer
        const place = `${c} ${f} ${from} ${part.size}`
        const found = await hashers.hashBytes(new Uint8Array(buffer))
        if ((seen.get(place) ?? found) !== found) throw changed(job, c, f, from, file.name)
        seen.set(place, found)
        return buffer
      }
      return { name: file.name, blob: watched(file.blob, read) }
    }),
  )
}

/**
 * Inputs that exceed the budget are read once more to be blended, and stages over rounded stages may have to be measured. Of a job with
 * element-wise stages all passes go over the tiles that were kept, unless its rows are arranged by token.
 */
function mayReadAgain({ kind, stages = [], segments = [] }: WatchedJob): boolean {
  if (kind !== 'resident') return kind === 'streamed'
  if (stages.some(({ rule }) => isElementwise(rule))) return segments.some(({ gather }) => gather !== undefined)
  return stages.some(
    ({ rule, operands }) => isBased(rule) || (isInner(rule) && operands.some((operand) => 'stage' in operand)),
  )
}

/** As much of a Blob as readers use: `size`, and the bytes of a slice. */
function watched(blob: Blob, read: (part: Blob, from: number) => Promise<ArrayBuffer>): Blob {
  const slice = (from = 0, to = blob.size) => {
    const part = blob.slice(from, to)
    return { size: part.size, arrayBuffer: () => read(part, from) }
  }
  return { size: blob.size, slice } as unknown as Blob
}

function changed(job: WatchedJob, checkpoint: number, file: number, at: number, name: string): StudioError {
  const source = job.sources.find(
    ({ checkpoint: c, tensor }) =>
      c === checkpoint && tensor.file === file && at >= tensor.offset && at < tensor.offset + tensor.byteLength,
  )
  return new StudioError(
    `${name}: the tensor "${source?.tensor.name ?? job.name}" changed while it was merged: its second reading gave other bytes than the first. Put the file back as it was, and continue.`,
  )
}
