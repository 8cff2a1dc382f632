/** Element types in the spelling of safetensors, with their width in bits. */
const BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  U8: 8,
  I8: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const

export type DType = keyof typeof BITS

/** The dtypes that can be merged; all others are copied byte for byte. */
export type FloatDType = 'F32' | 'F16' | 'BF16'

const BITS_BY_NAME: ReadonlyMap<string, number> = new Map(Object.entries(BITS))

export function isDType(name: string): name is DType {
  return BITS_BY_NAME.has(name)
}

export function isFloatDType(dtype: DType): dtype is FloatDType {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16'
}

export function bitsPerElement(dtype: DType): number {
  return BITS[dtype]
}

/** Bytes of one element of a dtype that can be merged. */
export function bytesPerElement(dtype: FloatDType): 2 | 4 {
  return dtype === 'F32' ? 4 : 2
}
