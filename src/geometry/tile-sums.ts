import { decodeElements } from '../engine/elements.ts'
import type { InputFormat } from '../engine/engine.ts'

/** Inner products and sums of the inputs over one tile, in float64. */
export interface TileSum {
  readonly elements: number
  /** N x N over all inputs of the job; 0 where an input is absent. */
  readonly gram: Float64Array
  readonly sums: Float64Array
}

/**
 * Sums over one tile in float64, so that even inputs that differ by a millionth keep their angle. NaN and infinities count as zero, as in
 * the engines' gram.
 *
 * @param present which inputs of the job the arrays are
 * @param inputs number of the job's inputs
 */
export function sumTile(
  arrays: readonly Uint8Array[],
  formats: readonly InputFormat[],
  present: readonly number[],
  inputs: number,
  elements: number,
): TileSum {
  const vectors = arrays.map((bytes, k) => finite(decodeElements(bytes, formats[k] as InputFormat, 0, elements)))
  const gram = new Float64Array(inputs * inputs)
  const sums = new Float64Array(inputs)
  for (const [k, i] of present.entries()) {
    const a = vectors[k] as Float32Array
    sums[i] = sumOf(a)
    for (let m = k; m < present.length; m++) {
      const j = present[m] as number
      const product = innerProduct(a, vectors[m] as Float32Array)
      gram[i * inputs + j] = product
      gram[j * inputs + i] = product
    }
  }
  return { elements, gram, sums }
}

function finite(values: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) {
    const x = values[i] as number
    if (x - x !== 0) values[i] = 0
  }
  return values
}

function sumOf(values: Float32Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return sum
}

/** Four running sums: shorter chains of additions for the processor, and less rounding. */
function innerProduct(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  const whole = a.length - (a.length % 4)
  for (let i = 0; i < whole; i += 4) {
    s0 += (a[i] as number) * (b[i] as number)
    s1 += (a[i + 1] as number) * (b[i + 1] as number)
    s2 += (a[i + 2] as number) * (b[i + 2] as number)
    s3 += (a[i + 3] as number) * (b[i + 3] as number)
  }
  for (let i = whole; i < a.length; i++) s0 += (a[i] as number) * (b[i] as number)
  return s0 + s1 + (s2 + s3)
}
