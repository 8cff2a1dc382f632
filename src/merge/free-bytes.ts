let drain: MessagePort | null = null

/** A port whose other end is closed: what is handed over to it is gone. */
function openDrain(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  port2.close()
  return port1
}

/**
 * Gives the memory of bytes that nobody needs any more back at once. The garbage collector sees only the small objects in front of them, so
 * that what was read for large tensors piled up: 9 GB where 1 GB was in use. `ArrayBuffer.transfer(0)` does not help: Chromium's own
 * part of the buffer keeps the memory, of which its collector then knows nothing; a message takes both parts.
 */
export function freeBytes(arrays: readonly Uint8Array[]): void {
  const buffers = new Set(arrays.map(({ buffer }) => buffer))
  const own = [...buffers].filter(
    (buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer && buffer.byteLength > 0,
  )
  if (own.length === 0) return
  drain ??= openDrain()
  drain.postMessage(null, own)
}
