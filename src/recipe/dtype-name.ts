import type { FloatDType } from '../tensor/dtype.ts'
import { type Findings, quote, writeValue } from './findings.ts'
import { readText } from './scalar.ts'
import { nearestWord } from './spelling.ts'
import type { YamlNode } from './yaml.ts'

/** The spellings that mergekit takes, with or without `torch.` before them. */
const DTYPES: ReadonlyMap<string, FloatDType> = new Map([
  ['float16', 'F16'],
  ['bfloat16', 'BF16'],
  ['float32', 'F32'],
])

/** How mergekit spells a dtype. */
export const DTYPE_NAMES: Readonly<Record<FloatDType, string>> = { F16: 'float16', BF16: 'bfloat16', F32: 'float32' }

/** Common spellings that mergekit refuses, and what is meant by them. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['half', 'float16'],
  ['fp16', 'float16'],
  ['f16', 'float16'],
  ['bfloat', 'bfloat16'],
  ['bf16', 'bfloat16'],
  ['brain', 'bfloat16'],
  ['float', 'float32'],
  ['fp32', 'float32'],
  ['f32', 'float32'],
  ['single', 'float32'],
])

/** Reads `dtype` or `out_dtype`; null after an error. */
export function readDType(node: YamlNode, key: string, line: number, findings: Findings): FloatDType | null {
  const text = readText(node, key, line, findings)
  if (text === null) return null
  const name = text.replace(/^torch\./, '')
  const dtype = DTYPES.get(name)
  if (dtype !== undefined) return dtype
  const meant = MEANT.get(name.toLowerCase()) ?? nearestWord(name, DTYPES.keys())
  const mend = meant === null ? undefined : writeValue(line, key, meant)
  const hint = meant === null ? '' : ` (did you mean ${meant}?)`
  findings.error(`${key} is ${quote(text)}, expected float16, bfloat16 or float32${hint}.`, line, mend)
  return null
}
