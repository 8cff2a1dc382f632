import type { WeightFile } from '../formats/checkpoint.ts'
import type { Job } from '../plan/plan.ts'
import { StudioError } from '../problem.ts'
import { HasherPool } from '../writer/tensor-hash.ts'
import type { CheckedRecords } from './checked-records.ts'
import type { Gate } from './gate.ts'

type WatchedJob = Pick<Job, 'name' | 'kind' | 'sources'>

const hashers = new HasherPool()

/**
 * The weight files as one job reads them: every read waits while the merge is paused, and where the job reads its tensors twice, the
 * second reading must give what the first one gave. A file's own date and size are watched by the browser, but one that is put in its
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
): readonly (readonly WeightFile[])[] {
  const seen = job.kind === 'streamed' ? new Map<string, string>() : null
  return files.map((checkpoint, c) =>
    checkpoint.map((file, f): WeightFile => {
      const read = async (part: Blob, from: number): Promise<ArrayBuffer> => {
        await gate.pass(signal)
        const buffer = await part.arrayBuffer()
        records.add(c, f, from, new Uint8Array(buffer))
        if (seen === null) return buffer
        const place = `${c} ${f} ${from} ${part.size}`
        const hash = await hashers.hashBytes(new Uint8Array(buffer))
        if ((seen.get(place) ?? hash) !== hash) throw changed(job, c, f, from, file.name)
        seen.set(place, hash)
        return buffer
      }
      return { name: file.name, blob: watched(file.blob, read) }
    }),
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
