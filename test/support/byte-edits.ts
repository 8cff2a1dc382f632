import fc from 'fast-check'

/** One change to some bytes. Places are shares of the length, so that an edit fits any file. */
export type ByteEdit = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>

/** Numbers at which readers go wrong, and what the formats are made of. */
const NUMBERS = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
]
const WORDS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  '-',
  '1e999',
  '18446744073709551616',
  '9007199254740993',
  'null',
  '"__proto__"',
  '"constructor"',
  '\\u0000',
  '\\ud800',
  '../',
  '\n',
  '&a ',
  '*a',
  '<<: ',
  '!!js/function ',
  'F32',
  'BF16',
  'I64',
  'U8',
]
/** Opcodes of pickle that build, call, mark, memoise, or take a length. */
const OPCODES = [...'(.012BCKMNRTXbcehjlqrstu})]\x80\x81\x82\x85\x86\x87\x88\x8a\x8b\x8c\x8e\x90\x91\x92\x93\x94\x95Q']

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const at = (share: number, bytes: Uint8Array) => Math.floor(share * bytes.length)

const flip = fc.record({ p: place, bit: fc.nat(7) }).map(
  ({ p, bit }): ByteEdit =>
    (bytes) => {
      const changed = bytes.slice()
      const i = at(p, bytes)
      if (i < changed.length) changed[i] = (changed[i] as number) ^ (1 << bit)
      return changed
    },
)

const write = fc
  .record({ p: place, part: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 8 }), number(), word()) })
  .map(
    ({ p, part }): ByteEdit =>
      (bytes) => {
        const changed = bytes.slice()
        const i = at(p, bytes)
        changed.set(part.subarray(0, Math.max(0, changed.length - i)), i)
        return changed
      },
  )

const insert = fc
  .record({ p: place, part: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 64 }), number(), word()) })
  .map(
    ({ p, part }): ByteEdit =>
      (bytes) => {
        const i = at(p, bytes)
        return joined(bytes.subarray(0, i), part, bytes.subarray(i))
      },
  )

const remove = fc.record({ p: place, length: fc.integer({ min: 1, max: 64 }) }).map(
  ({ p, length }): ByteEdit =>
    (bytes) => {
      const i = at(p, bytes)
      return joined(bytes.subarray(0, i), bytes.subarray(i + length))
    },
)

/** Doubles a part of the file, once or many times: nesting, and numbers with many digits. */
const repeat = fc
  .record({ p: place, length: fc.integer({ min: 1, max: 256 }), times: fc.integer({ min: 1, max: 400 }) })
  .map(
    ({ p, length, times }): ByteEdit =>
      (bytes) => {
        const i = at(p, bytes)
        const part = bytes.subarray(i, i + length)
        return joined(bytes.subarray(0, i), ...Array.from({ length: times }, () => part), bytes.subarray(i))
      },
  )

const move = fc.record({ p: place, q: place, length: fc.integer({ min: 1, max: 64 }) }).map(
  ({ p, q, length }): ByteEdit =>
    (bytes) => {
      const changed = bytes.slice()
      changed.copyWithin(at(q, bytes), at(p, bytes), at(p, bytes) + length)
      return changed
    },
)

/** One to six changes, one after the other. */
export const byteEdits = fc.array(fc.oneof(flip, write, insert, remove, repeat, move), { minLength: 1, maxLength: 6 })

export function applyEdits(bytes: Uint8Array<ArrayBuffer>, edits: readonly ByteEdit[]): Uint8Array<ArrayBuffer> {
  return edits.reduce((changed, edit) => edit(changed), bytes)
}

function number(): fc.Arbitrary<Uint8Array> {
  return fc
    .record({ value: fc.constantFrom(...NUMBERS), width: fc.constantFrom(1, 2, 4, 8) })
    .map(({ value, width }) => {
      const part = new DataView(new ArrayBuffer(8))
      part.setBigUint64(0, BigInt.asUintN(64, value), true)
      return new Uint8Array(part.buffer, 0, width)
    })
}

function word(): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    fc.constantFrom(...WORDS).map((text) => new TextEncoder().encode(text)),
    fc.constantFrom(...OPCODES).map((code) => Uint8Array.of(code.charCodeAt(0))),
  )
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let end = 0
  for (const part of parts) {
    whole.set(part, end)
    end += part.length
  }
  return whole
}
