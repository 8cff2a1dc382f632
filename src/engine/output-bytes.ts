/** Bytes for an output: the beginning of `into` where that is large enough, fresh ones otherwise. */
export function outputBytes(byteLength: number, into?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return into !== undefined && into.length >= byteLength ? into.subarray(0, byteLength) : new Uint8Array(byteLength)
}
