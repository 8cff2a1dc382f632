import { DTYPE_CODES } from '../dtype-codes.ts'
import type { InputFormat } from '../engine.ts'

/** In dtype.wgsl: inputs of several dtypes. */
const MIXED = 3

/** What the kernels are compiled for: the dtype that all inputs share, and whether any is rounded (dtype.wgsl). */
export function inputConstants(inputs: readonly InputFormat[]): Readonly<Record<string, string>> {
  const codes = new Set(inputs.map(({ dtype }) => DTYPE_CODES[dtype]))
  const [code = MIXED] = codes
  const rounds = inputs.some(({ dtype, round }) => round !== null && round !== 'F32' && round !== dtype)
  return { 'DTYPE: u32': `${codes.size === 1 ? code : MIXED}u`, 'ROUNDS_INPUTS: bool': `${rounds}` }
}
