import { randomNumbers } from './philox.ts'
import type { Bound, Keep } from './program.ts'

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)
const NAN_BITS = 0x7fc00000

/** The bits of an F32's magnitude; those of every NaN are the same, above infinity's. */
export function magnitudeBits(value: number): number {
  float[0] = value
  const bits = (word[0] ?? 0) & 0x7fffffff
  return bits > 0x7f800000 ? NAN_BITS : bits
}

/** The bits of the magnitudes of many. */
export function magnitudeBitsOf(values: Float32Array): Uint32Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const found = new Uint32Array(words.length)
  for (let i = 0; i < words.length; i++) {
    const bits = (words[i] ?? 0) & 0x7fffffff
    found[i] = bits > 0x7f800000 ? NAN_BITS : bits
  }
  return found
}

/** The F32 of these bits. */
export function fromMagnitudeBits(bits: number): number {
  word[0] = bits
  return float[0] ?? 0
}

/** Which of `count` elements stay: 1 or 0 each. `first` is the index of the tile's first element, `at` the place of these in the tile. */
export function stays(keep: Keep, keys: Float32Array, first: number, at: number): Uint8Array {
  const count = keys.length
  const kept = new Uint8Array(count)
  if (keep === 'all') return kept.fill(1)
  if ('mask' in keep) {
    for (let e = 0; e < count; e++) kept[e] = ((keep.mask[(at + e) >>> 3] ?? 0) >>> ((at + e) & 7)) & 1
    return kept
  }
  if ('random' in keep) {
    const numbers = randomNumbers(keep.random, keep.place, first + at, count)
    for (let e = 0; e < count; e++) kept[e] = (numbers[e] ?? 0) < keep.limit ? 1 : 0
    return kept
  }
  const { low, high } = keep
  for (let e = 0; e < count; e++) {
    const bits = magnitudeBits(keys[e] ?? 0)
    const index = first + at + e
    const above = bits > low.bits || (bits === low.bits && within(low, index))
    const below = bits < high.bits || (bits === high.bits && within(high, index))
    kept[e] = above && below ? 1 : 0
  }
  return kept
}

function within({ from, to }: Bound, index: number): boolean {
  return index >= from && index <= to
}
