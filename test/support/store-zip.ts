import { crc32 } from '../../src/formats/crc32.ts'

/** A zip archive that stores its records, with their checksums: what is changed inside a record is then not found by the sum. */
export function storeZip(records: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const locals: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const [name, bytes] of records) {
    const nameBytes = new TextEncoder().encode(name)
    const common = numbers(
      [20, 2],
      [0, 2],
      [0, 2],
      [0, 2],
      [0, 2],
      [crc32(bytes), 4],
      [bytes.length, 4],
      [bytes.length, 4],
    )
    const lengths = numbers([nameBytes.length, 2], [0, 2])
    const local = concat([numbers([0x04034b50, 4]), common, lengths, nameBytes, bytes])
    const rest = numbers([0, 2], [0, 2], [0, 2], [0, 4], [at, 4])
    directory.push(concat([numbers([0x02014b50, 4], [20, 2]), common, lengths, rest, nameBytes]))
    locals.push(local)
    at += local.length
  }
  const central = concat(directory)
  const count = records.size
  const end = numbers([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [central.length, 4], [at, 4], [0, 2])
  return concat([...locals, central, end])
}

function numbers(...fields: readonly (readonly [value: number, bytes: number])[]): Uint8Array {
  return Uint8Array.from(fields.flatMap(([value, bytes]) => Array.from({ length: bytes }, (_, i) => value >>> (8 * i))))
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
