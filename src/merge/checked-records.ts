import { readRange } from '../formats/blob.ts'
import type { WeightFile } from '../formats/checkpoint.ts'
import { PiecesCrc } from '../formats/pieces-crc.ts'
import type { Job } from '../plan/plan.ts'
import { StudioError } from '../problem.ts'
import type { StoredRecord } from '../tensor/tensor.ts'

/** Bytes of one read of what no tensor reads. */
const READ_BYTES = 16 * 2 ** 20

/** A record of a zip archive whose bytes are summed as they are read. */
interface OpenRecord {
  readonly record: StoredRecord
  readonly sum: PiecesCrc
  /** Set by the first job that needs the record; the others wait for the same answer. */
  checked: Promise<void> | null
}

/**
 * The checksums of PyTorch's zip files, compared before a tensor counts as written. A storage that one tensor takes whole, as most do, is
 * summed while the tensor is read, in whatever order. Where tensors share a storage, step through it, or use only some of its rows, the
 * first of them reads the rest once for its sum. A second reading is not summed again: `watchFiles` compares it with the first.
 */
export class CheckedRecords {
  /** By checkpoint and file, then by byte offset. */
  readonly #files = new Map<string, Map<number, OpenRecord>>()

  constructor({ jobs }: { readonly jobs: readonly Pick<Job, 'sources'>[] }) {
    for (const { checkpoint, tensor } of jobs.flatMap(({ sources }) => sources)) {
      const { record, file } = tensor
      if (record === undefined) continue
      const key = `${checkpoint} ${file}`
      const records = this.#files.get(key) ?? new Map<number, OpenRecord>()
      this.#files.set(key, records)
      if (records.has(record.offset)) continue
      const sum = new PiecesCrc(record.offset, record.offset + record.byteLength)
      records.set(record.offset, { record, sum, checked: null })
    }
  }

  /** Takes bytes that were read, from byte `from` of a file on. */
  add(checkpoint: number, file: number, from: number, bytes: Uint8Array): void {
    for (const { record, sum, checked } of this.#files.get(`${checkpoint} ${file}`)?.values() ?? []) {
      const touches = record.offset < from + bytes.length && record.offset + record.byteLength > from
      if (touches && sum.crc === null && checked === null) sum.add(from, bytes)
    }
  }

  /**
   * Compares the checksums of all records that a job's tensors lie in, reading first what is missing of them.
   * @param files by checkpoint of the plan; what is read of them comes to `add`
   * @throws StudioError naming file and tensor where one differs
   */
  async check(
    job: Pick<Job, 'sources'>,
    files: readonly (readonly WeightFile[])[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const { checkpoint, tensor } of job.sources) {
      const open = this.#files.get(`${checkpoint} ${tensor.file}`)?.get(tensor.record?.offset ?? -1)
      const file = files[checkpoint]?.[tensor.file]
      if (open === undefined || file === undefined) continue
      open.checked ??= checkRecord(open, file, tensor.name, signal)
      await open.checked
    }
  }
}

async function checkRecord(
  { record, sum }: OpenRecord,
  file: WeightFile,
  tensor: string,
  signal: AbortSignal,
): Promise<void> {
  for (const [from, to] of sum.missing()) {
    for (let at = from; at < to; at += READ_BYTES) {
      signal.throwIfAborted()
      const end = Math.min(to, at + READ_BYTES)
      sum.add(at, await readRange(file, at, end, `tensor "${tensor}"`))
    }
  }
  if (sum.crc === record.crc) return
  throw new StudioError(
    `${file.name}: the tensor "${tensor}" does not match the checksum (CRC) of its record "${record.name}": the file is damaged, download it again.`,
  )
}
