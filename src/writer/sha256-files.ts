import { createSHA256 } from 'hash-wasm'
import type { Sink } from '../files/sink.ts'

/** Bytes of one read. */
const READ_BYTES = 16 * 2 ** 20

/**
 * SHA-256 of finished files, as `sha256sum` prints them. Some 0.4 GB/s: done on request.
 * @param onHashed bytes hashed since the last call
 * @returns 64 hexadecimal digits for each name
 */
export async function sha256Files(
  sink: Sink,
  names: readonly string[],
  onHashed: (bytes: number) => void,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const hasher = await createSHA256()
  const hashes = new Map<string, string>()
  for (const name of names) {
    const blob = await sink.open(name)
    hasher.init()
    for (let at = 0; at < blob.size; at += READ_BYTES) {
      signal.throwIfAborted()
      const bytes = new Uint8Array(await blob.slice(at, Math.min(blob.size, at + READ_BYTES)).arrayBuffer())
      hasher.update(bytes)
      onHashed(bytes.length)
    }
    hashes.set(name, hasher.digest('hex'))
  }
  return hashes
}
