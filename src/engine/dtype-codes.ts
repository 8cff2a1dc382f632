import type { FloatDType } from '../tensor/dtype.ts'

/** The numbers of dtypes in the tables that the kernels read (wasm/assembly/decode.ts, shaders/dtype.wgsl); as a rounding, F32 stands for none. */
export const DTYPE_CODES: Readonly<Record<FloatDType, number>> = { F32: 0, F16: 1, BF16: 2 }
