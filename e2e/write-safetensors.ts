import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs'

export interface TensorForm {
  readonly dtype: string
  readonly shape: readonly number[]
}

export interface TensorBytes extends TensorForm {
  readonly bytes: Uint8Array
}

/** Writes a safetensors file; the tensors lie in the order of the map. */
export function writeSafetensors(path: string, tensors: ReadonlyMap<string, TensorBytes>): void {
  const sizes = [...tensors].map(([name, tensor]) => ({ name, ...tensor, byteLength: tensor.bytes.byteLength }))
  writeFileSync(path, Buffer.concat([headerOf(sizes), ...[...tensors.values()].map(({ bytes }) => bytes)]))
}

/** Writes the header and then a hole of the right size: a true-shape checkpoint of any size that occupies a few kilobytes. */
export function writeSparseSafetensors(path: string, tensors: ReadonlyMap<string, TensorForm>): number {
  const sizes = [...tensors].map(([name, form]) => ({ name, ...form, byteLength: byteLengthOf(form) }))
  const header = headerOf(sizes)
  const total = sizes.reduce((sum, { byteLength }) => sum + byteLength, header.length)
  const file = openSync(path, 'w')
  writeSync(file, header)
  ftruncateSync(file, total)
  closeSync(file)
  return total - header.length
}

/** Two bytes an element: F16 and BF16 only. */
function byteLengthOf({ dtype, shape }: TensorForm): number {
  if (dtype !== 'F16' && dtype !== 'BF16') throw new Error(`${dtype} is not a 16-bit float`)
  return shape.reduce((product, length) => product * length, 2)
}

function headerOf(sizes: readonly (TensorForm & { readonly name: string; readonly byteLength: number })[]): Buffer {
  let at = 0
  const entries: [string, unknown][] = [['__metadata__', { format: 'pt' }]]
  for (const { name, dtype, shape, byteLength } of sizes) {
    entries.push([name, { dtype, shape, data_offsets: [at, at + byteLength] }])
    at += byteLength
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const padded = Math.ceil(json.length / 8) * 8
  const header = Buffer.alloc(8 + padded, ' ')
  header.writeBigUInt64LE(BigInt(padded), 0)
  json.copy(header, 8)
  return header
}
