import type { RandomStream } from './program.ts'

const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85
const ROUNDS = 10

/**
 * Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011): four 32-bit random numbers that are a
 * function of a key and a counter alone. So the number of an element does not depend on which engine, tile or order it is met in.
 * @param out gets the four numbers
 */
export function philox(counter: readonly [number, number, number, number], key: RandomStream, out: Uint32Array): void {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highWord(MULTIPLIER_0, c0)
    const low0 = Math.imul(MULTIPLIER_0, c0)
    const high1 = highWord(MULTIPLIER_1, c2)
    const low1 = Math.imul(MULTIPLIER_1, c2)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + WEYL_0) | 0
    k1 = (k1 + WEYL_1) | 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

/** The upper 32 bits of the product of two unsigned 32-bit numbers, from products of 16-bit halves. */
function highWord(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff]
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  return aHigh * bHigh + Math.floor(middle / 65536) + ((aLow * bHigh + (middle % 65536)) >>> 16)
}

/**
 * The random numbers of elements `first` to `first + count`: number i mod 4 of the counter (floor(i / 4), `place`, 0), whose first part
 * has 64 bits.
 */
export function randomNumbers(stream: RandomStream, place: number, first: number, count: number): Uint32Array {
  const numbers = new Uint32Array(count)
  const four = new Uint32Array(4)
  let known = -1
  for (let e = 0; e < count; e++) {
    const quad = Math.floor((first + e) / 4)
    if (quad !== known) philox([quad | 0, Math.floor(quad / 2 ** 32), place, 0], stream, four)
    known = quad
    numbers[e] = four[(first + e) % 4] ?? 0
  }
  return numbers
}

/**
 * The stream of a tensor: its name, hashed by 64-bit FNV-1a, and the seed of the recipe. Two tensors, and two seeds, have nothing in common.
 */
export function randomStream(name: string, seed: number): RandomStream {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(name)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  const key = BigInt.asUintN(64, hash ^ (BigInt(Math.trunc(seed)) * 0x9e3779b97f4a7c15n))
  return [Number(key & 0xffffffffn), Number(key >> 32n)]
}

/** What a random number must be below, so that it is with this probability; 2^32 for a probability of 1. */
export function limitOf(probability: number): number {
  return Math.min(2 ** 32, Math.max(0, Math.round(probability * 2 ** 32)))
}
