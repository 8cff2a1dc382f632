import { StudioError } from '../problem.ts'
import type { WeightFile } from './checkpoint.ts'

/**
 * Reads bytes [from, to) of a file.
 * @param what whose bytes they are (`tensor "x"`, `the header`), for the message
 * @throws StudioError where the file was changed, moved or deleted since it was chosen, or is shorter than that
 */
export async function readRange(
  file: WeightFile,
  from: number,
  to: number,
  what: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (to > file.blob.size) {
    throw new StudioError(
      `${file.name}: ${what} reaches past the end of the file (byte ${to} of ${file.blob.size}), so the file is truncated.`,
    )
  }
  let buffer: ArrayBuffer
  try {
    buffer = await file.blob.slice(from, to).arrayBuffer()
  } catch (cause) {
    throw unreadable(file.name, what, cause)
  }
  if (buffer.byteLength !== to - from) {
    throw new StudioError(
      `${file.name}: ${what} could not be read: ${buffer.byteLength} bytes came instead of ${to - from}; open the folder again.`,
    )
  }
  return new Uint8Array(buffer)
}

function unreadable(name: string, what: string, cause: unknown): unknown {
  const kind = cause instanceof Error ? cause.name : ''
  if (kind === 'NotReadableError' || kind === 'NotFoundError') {
    return new StudioError(
      `${name}: ${what} could not be read because the file was changed, moved or deleted after it was opened; open the folder again.`,
      { cause },
    )
  }
  if (kind === 'NotAllowedError') {
    return new StudioError(`${name}: ${what} could not be read because access was withdrawn; open the folder again.`, {
      cause,
    })
  }
  return cause
}
