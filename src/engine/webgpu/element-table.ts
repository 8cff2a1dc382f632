import { DTYPE_CODES } from '../dtype-codes.ts'
import { isDrawable, KEEP_WORDS, KEYS, rowGroupsOf, rowOf } from '../elementwise/kernel-words.ts'
import type { Elements, Keep, Key } from '../elementwise/program.ts'
import type { Arena } from './arena.ts'

/** Words before the rows of the inputs, and the first of them that is a kernel's own (shaders/elements.wgsl). */
const INPUT_ROWS = 24
const OWN = 9

/** The table of words that tells an element-wise kernel what to do. */
export class ElementTable {
  readonly #words: number[]

  constructor(arena: Arena, { inputs }: Elements, unitsPerRow: number) {
    this.#words = new Array<number>(INPUT_ROWS).fill(0)
    this.#words.splice(1, 3, arena.groupCount, unitsPerRow, arena.elementCount)
    this.#words[8] = floatBits(1 / (inputs.length - 1))
    for (const [i, { dtype, round }] of inputs.entries())
      this.#words.push(arena.offsets[i] ?? 0, DTYPE_CODES[dtype], round === null ? 0 : DTYPE_CODES[round], 0)
  }

  /** @returns whether the kernel can compute such keys */
  addKey(key: Key, elementCount: number): boolean {
    this.#words[4] = KEYS[key.of]
    if (key.of !== 'importance') return true
    const rowGroups = rowGroupsOf(key.rowLength, elementCount)
    if (rowGroups === null || key.factors.some((factor) => !Number.isFinite(factor))) return false
    this.#words[5] = this.addFloats(key.factors)
    this.#words[6] = rowGroups
    return true
  }

  /** @returns whether the kernel can tell what stays */
  addKeeps(keeps: readonly Keep[], differences: number, first: number, elementCount: number): boolean {
    if (!isDrawable(keeps, first, elementCount)) return false
    const masks = keeps.map((keep) => (typeof keep === 'object' && 'mask' in keep ? this.#addBytes(keep.mask) : 0))
    this.#words[7] = this.#words.length
    for (let k = 0; k < differences; k++) {
      const place = keeps.length === 1 ? 0 : k
      const row = rowOf(keeps[place] ?? 'all', masks[place] ?? 0, first)
      for (let i = 0; i < KEEP_WORDS; i++) this.#words.push(row[i] ?? 0)
    }
    return true
  }

  setRowGroups(groups: number): void {
    this.#words[6] = groups
  }

  /** Sets a kernel's own word. */
  set(place: number, word: number): void {
    this.#words[OWN + place] = word
  }

  setFloat(place: number, value: number): void {
    this.set(place, floatBits(value))
  }

  /** @returns where they lie */
  addFloats(values: ArrayLike<number>): number {
    const at = this.#words.length
    for (let i = 0; i < values.length; i++) this.#words.push(floatBits(values[i] ?? 0))
    return at
  }

  /** @returns where `count` words lie */
  addUints(count: number, word: (index: number) => number): number {
    const at = this.#words.length
    for (let i = 0; i < count; i++) this.#words.push(word(i))
    return at
  }

  addWords(values: readonly number[]): number {
    const at = this.#words.length
    this.#words.push(...values)
    return at
  }

  words(): Uint32Array<ArrayBuffer> {
    return Uint32Array.from(this.#words)
  }

  #addBytes(bytes: Uint8Array): number {
    const at = this.#words.length
    for (let i = 0; i < bytes.length; i += 4)
      this.#words.push(
        (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24),
      )
    return at
  }
}

const float = new DataView(new ArrayBuffer(4))
function floatBits(value: number): number {
  float.setFloat32(0, value)
  return float.getUint32(0)
}
