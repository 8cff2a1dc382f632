import type { Job, PlannedShard } from '../plan/plan.ts'
import type { HasherPool } from './tensor-hash.ts'

/**
 * Re-reads a finished shard and compares it with its plan and with the hash of every tensor.
 * @param hashes xxh128 by tensor
 * @returns what differs, in words (`the header`, `the tensor x`), or null where all is equal
 */
export async function findDifference(
  blob: Blob,
  shard: PlannedShard,
  jobs: readonly Job[],
  hashes: ReadonlyMap<string, string>,
  pool: HasherPool,
  signal?: AbortSignal,
): Promise<string | null> {
  if (blob.size !== shard.byteLength) return 'the size'
  const header = new Uint8Array(await blob.slice(0, shard.header.length).arrayBuffer())
  if (!header.every((byte, i) => byte === shard.header[i])) return 'the header'
  for (const number of shard.jobs) {
    signal?.throwIfAborted()
    const job = jobs[number]
    if (job === undefined) continue
    const found = await pool.hashRange(blob, job.offset, job.offset + job.byteLength)
    if (found !== hashes.get(job.name)) return `the tensor ${job.name}`
  }
  return null
}
