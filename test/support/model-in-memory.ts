import type { ModelFolder } from '../../src/formats/checkpoint.ts'
import { encodeSafetensorsHeader } from '../../src/formats/safetensors-header.ts'
import type { FloatDType } from '../../src/tensor/dtype.ts'
import { bytesPerElement } from '../../src/tensor/dtype.ts'
import { elementCount } from '../../src/tensor/tensor.ts'
import { toBits } from './float64.ts'

export interface NewTensor {
  readonly name: string
  readonly dtype: FloatDType
  readonly shape: readonly number[]
  /** Rounded to the dtype on the way. */
  readonly values: Float64Array
}

/** A model folder with one safetensors file and a config.json, made in memory. */
export function modelFolder(name: string, tensors: readonly NewTensor[], config: object = {}): ModelFolder {
  const infos = tensors.map(({ name, dtype, shape }) => ({
    name,
    dtype,
    shape,
    byteLength: elementCount(shape) * bytesPerElement(dtype),
  }))
  const { header } = encodeSafetensorsHeader(infos)
  const parts = tensors.map(({ dtype, values }) => toBits(values, dtype))
  return {
    name,
    files: new Map([
      ['model.safetensors', new Blob([header, ...parts])],
      ['config.json', new Blob([JSON.stringify(config)])],
    ]),
  }
}

/** Numbers that are the same in every run: a 32-bit generator (mulberry32), normally distributed by summing twelve. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
  return () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, -6)
}
