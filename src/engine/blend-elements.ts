import { bytesPerElement, type FloatDType } from '../tensor/dtype.ts'
import { encodeFloat, roundFloat } from '../tensor/rounding.ts'
import type { PreparedBlend, PreparedStage } from './blend-program.ts'
import { decodeElements, effectiveDType, elementBits } from './elements.ts'
import { WILD } from './gram-sums.ts'

/** Exponent of the scale of an element's operands: the usual one, and the one for elements with an operand of WILD or more. */
const SCALE = 64
const WILD_SCALE = -8
/** Scaled operands of a wild element below this are taken as 0. */
const WILD_TINY = 2 ** -60

/**
 * The specification of blend, in plain loops, for elements `first` to `first + count`; writes their bytes at the same place of `output`.
 *
 * The coefficients of a stage are divided by the power of two 2^k that brings the largest into [1/2, 1), and each is split into two
 * parts, `high + low`, of at most 16 significant bits where the operand's values are BF16, 13 for F16, 24 for F32; parts below 2^-40
 * are 0 (prepareBlend). For each element and stage, in F32:
 *
 *     r = sum of high_i * (x_i * 2^64), in the order of the terms
 *       + sum of low_i * (x_i * 2^64)
 *
 * and `r * 2^(k - 64)` is rounded once more, to the stage's dtype (ties to even, subnormal results kept, overflow to infinity).
 * Zero results are +0. A stage that is one operand with coefficient 1 is that operand rounded; it keeps the sign of zero.
 *
 * Why every implementation must agree: products are exact (8 + 16 bits for BF16, 11 + 13 for F16), so fused multiply-add changes
 * nothing. Operands are multiples of 2^-133, scaled of 2^-69; parts are 0 or at least 2^-40 with 16 bits, hence multiples of 2^-55.
 * So all sums are multiples of 2^-124 and none is subnormal. Scaled operands are below 2^120 and there are at most 64 terms, so
 * none overflows. Only the last rounding meets subnormal numbers, and it is done on the bits.
 *
 * An element of which some operand of a stage is at 2^56 or above is scaled by 2^-8 in that stage, and scaled operands below 2^-60
 * are taken as 0 (multiples of 2^-67 remain, and 2^-122 for products). A NaN operand, or infinite terms of both signs, give the
 * canonical NaN; else an infinite term gives its infinity. The fast engines hand elements with such operands, or with a result
 * of that size, to this function.
 */
export function blendElements(
  program: PreparedBlend,
  inputs: readonly Uint8Array[],
  first: number,
  count: number,
  output: Uint8Array,
): void {
  const operands: Float32Array[] = program.inputs.map((format, i) =>
    decodeElements(inputs[i] ?? new Uint8Array(0), format, first, count),
  )
  for (const stage of program.stages) {
    const results = new Float32Array(count)
    for (let e = 0; e < count; e++) results[e] = stageResult(stage, operands, e)
    operands.push(results)
  }
  const values = operands.at(-1) ?? new Float32Array(count)
  writeElements(values, keptBits(program, inputs, first, count), program.output, output, first)
}

function stageResult(stage: PreparedStage, operands: readonly Float32Array[], e: number): number {
  const value = (operand: number) => operands[operand]?.[e] ?? 0
  if (stage.copy) return roundFloat(value(stage.terms[0]?.operand ?? 0), stage.round)
  let largest = 0
  let infinite = 0
  for (const { operand, high } of stage.terms) {
    const x = value(operand)
    largest = Math.max(largest, Math.abs(x)) // NaN stays NaN
    if (Math.abs(x) === Number.POSITIVE_INFINITY) infinite += x * (high < 0 || Object.is(high, -0) ? -1 : 1)
  }
  if (Number.isNaN(largest)) return Number.NaN
  if (infinite !== 0) return infinite // both signs: NaN
  const wild = largest >= WILD
  const scale = wild ? WILD_SCALE : SCALE
  let highs = 0
  let lows = 0
  for (const { operand, high, low } of stage.terms) {
    const scaled = value(operand) * 2 ** scale
    const x = wild && Math.abs(scaled) < WILD_TINY ? 0 : scaled
    highs = Math.fround(highs + Math.fround(high * x))
    lows = Math.fround(lows + Math.fround(low * x))
  }
  const r = Math.fround(highs + lows)
  const result = roundFloat(r * 2 ** (stage.exponent - scale), stage.round)
  return result === 0 ? 0 : result
}

/** A program that only hands an input through, in its own dtype, keeps the payload of NaNs: these are its bits. */
function keptBits(
  program: PreparedBlend,
  inputs: readonly Uint8Array[],
  first: number,
  count: number,
): Uint32Array | null {
  const [stage] = program.stages
  if (program.stages.length !== 1 || !stage?.copy) return null
  const operand = stage.terms[0]?.operand ?? 0
  const format = program.inputs[operand]
  const bytes = inputs[operand]
  if (!format || !bytes || format.dtype !== stage.round || effectiveDType(format) !== stage.round) return null
  return elementBits(bytes, format.dtype, first, count)
}

function writeElements(
  values: Float32Array,
  bits: Uint32Array | null,
  dtype: FloatDType,
  output: Uint8Array,
  first: number,
): void {
  const width = bytesPerElement(dtype)
  const view = new DataView(output.buffer, output.byteOffset + first * width, values.length * width)
  for (let e = 0; e < values.length; e++) {
    const word = bits ? (bits[e] ?? 0) : encodeFloat(values[e] ?? 0, dtype)
    if (width === 2) view.setUint16(2 * e, word, true)
    else view.setUint32(4 * e, word, true)
  }
}
