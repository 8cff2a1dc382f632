/** Digits of the fraction and smallest normal exponent of the floating-point dtypes. */
const FORMAT: Readonly<Record<string, { readonly fractionBits: number; readonly minExponent: number }>> = {
  F64: { fractionBits: 52, minExponent: -1022 },
  F32: { fractionBits: 23, minExponent: -126 },
  F16: { fractionBits: 10, minExponent: -14 },
  BF16: { fractionBits: 7, minExponent: -126 },
}

/** Below this part of the tensor's largest magnitude a unit in the last place no longer says anything about the merge. */
const FLOOR = 2 ** -26

const word = new DataView(new ArrayBuffer(8))

/** @returns floor(log2(|value|)), exact; -1023 for zero and float64 subnormals */
function exponentOf(value: number): number {
  word.setFloat64(0, value)
  return ((word.getUint16(0) >> 4) & 0x7ff) - 1023
}

/**
 * Distance in units in the last place of `want` in `dtype`, never in units smaller than 2^-26 of `top`, the tensor's largest
 * magnitude. NaN where NaN is expected is 0; NaN or an infinity elsewhere is infinitely far.
 */
export function ulpDistance(got: number, want: number, dtype: string, top: number): number {
  if (got === want || (Number.isNaN(got) && Number.isNaN(want))) return 0
  const format = FORMAT[dtype]
  if (format === undefined) throw new Error(`no units in the last place for ${dtype}`)
  const unit = 2 ** (Math.max(exponentOf(want), format.minExponent) - format.fractionBits)
  const distance = Math.abs(got - want) / Math.max(unit, top * FLOOR)
  return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance
}

export function largestMagnitude(elements: Float64Array): number {
  let top = 0
  for (const element of elements) if (Math.abs(element) > top) top = Math.abs(element)
  return top
}
