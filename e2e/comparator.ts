import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { elementsOf, readCheckpoint, type StoredTensor } from './checkpoint-on-disk.ts'
import { largestMagnitude, ulpDistance } from './ulp.ts'

/** The comparison of a merged checkpoint with the expected result of a case: the rule of test/fixtures/conformance/README.md. */
export interface Comparison {
  readonly pass: boolean
  readonly failures: readonly string[]
  readonly warnings: readonly string[]
  readonly tensors: number
  readonly elements: number
  /** Share of the elements not held in F32 that are exactly the expected value; 1 where there are none. */
  readonly exactFraction: number
  readonly maxUlp: number
  readonly worstTensor: string | null
  readonly outliers: number
}

export interface Rule {
  readonly max_ulp: number
  readonly max_ulp_f32?: number
  readonly min_exact_fraction: number
  readonly max_outlier_fraction?: number
  readonly ulp_dtype?: string
}

export interface CaseDescription {
  readonly name: string
  readonly recipe: string
  readonly stages: readonly string[]
  readonly rule: Rule
  readonly config?: Readonly<Record<string, unknown>>
  readonly files?: readonly string[]
  readonly mergekit_low_precision?: boolean
}

export interface CompareOptions {
  /** `exact`: float64 rounded once. `mergekit`: what mergekit 0.1.4 wrote, with the allowances doubled. */
  readonly reference?: 'exact' | 'mergekit'
  /** A named stage of a multi-document recipe, instead of the final result. */
  readonly stage?: string
}

export function readCase(caseFolder: string): CaseDescription {
  return JSON.parse(readFileSync(join(caseFolder, 'case.json'), 'utf8')) as CaseDescription
}

/**
 * Compares `output` (a folder, or one safetensors file) with the expected result of the case.
 * @throws Error where a file cannot be read as safetensors: then there is nothing to compare
 */
export function compareWithCase(caseFolder: string, output: string, options: CompareOptions = {}): Comparison {
  const description = readCase(caseFolder)
  const reference = options.reference ?? 'exact'
  const rule = reference === 'exact' ? description.rule : doubled(description)
  const found = readCheckpoint(output)
  const failures = [...found.problems]
  const warnings: string[] = []
  const values = compareTensors(expectedTensors(caseFolder, reference, options.stage), found.tensors, rule)
  failures.push(...values.failures)
  warnings.push(...values.warnings)
  if (options.stage === undefined && statSync(output).isDirectory()) {
    failures.push(...compareConfig(output, description.config ?? {}))
    for (const file of description.files ?? [])
      if (!existsSync(join(output, file))) warnings.push(`file ${file} is missing`)
  }
  return { ...values, failures, warnings, pass: failures.length === 0 }
}

/** Both mergekit and the output may differ from the exact value: twice the distance. */
function doubled({ rule, mergekit_low_precision }: CaseDescription): Rule {
  if (mergekit_low_precision) return { ...rule, max_ulp: 1e30, max_ulp_f32: 1e30, min_exact_fraction: 0 }
  return {
    ...rule,
    max_ulp: 2 * rule.max_ulp,
    max_ulp_f32: 2 * (rule.max_ulp_f32 ?? 8),
    min_exact_fraction: 2 * rule.min_exact_fraction - 1,
    max_outlier_fraction: 2 * (rule.max_outlier_fraction ?? 0),
  }
}

interface Expected {
  readonly tensor: StoredTensor
  readonly elements: Float64Array
}

function expectedTensors(folder: string, reference: string, stage = ''): Map<string, Expected> {
  const differs = join(folder, 'expected', reference, stage, 'differs.safetensors')
  const isPatch = existsSync(differs)
  const { tensors } = readCheckpoint(join(folder, 'expected', isPatch ? 'exact' : reference, stage))
  const expected = new Map([...tensors].map(([name, tensor]) => [name, { tensor, elements: elementsOf(tensor) }]))
  if (!isPatch) return expected
  const patch = readCheckpoint(differs).tensors
  for (const [key, positions] of patch) {
    if (!key.endsWith(':i')) continue
    const name = key.slice(0, -2)
    const [target, values] = [expected.get(name), patch.get(`${name}:v`)]
    if (target === undefined || values === undefined) throw new Error(`${differs}: ${name} is not in the exact result`)
    const replaced = elementsOf(values)
    elementsOf(positions).forEach((at, i) => {
      target.elements[at] = replaced[i] ?? Number.NaN
    })
  }
  return expected
}

function compareTensors(
  expected: ReadonlyMap<string, Expected>,
  found: ReadonlyMap<string, StoredTensor>,
  rule: Rule,
): Comparison {
  const failures: string[] = []
  const warnings: string[] = []
  let [tensors, elements, counted, exact, outliers, maxUlp] = [0, 0, 0, 0, 0, 0]
  let worstTensor: string | null = null
  for (const name of found.keys())
    if (!expected.has(name)) (name.endsWith('rotary_emb.inv_freq') ? warnings : failures).push(`extra tensor ${name}`)
  for (const [name, want] of expected) {
    const got = found.get(name)
    const mismatch = got === undefined ? `missing tensor ${name}` : formMismatch(name, got, want.tensor)
    if (got === undefined || mismatch !== null) {
      failures.push(mismatch ?? '')
      continue
    }
    const dtype = rule.ulp_dtype ?? want.tensor.dtype
    const allowed = dtype === 'F32' ? (rule.max_ulp_f32 ?? 8) : rule.max_ulp
    const values = elementsOf(got)
    const top = largestMagnitude(want.elements)
    let nonFinite = 0
    tensors += 1
    elements += values.length
    if (dtype !== 'F32') counted += values.length
    for (let i = 0; i < values.length; i++) {
      const [value, wanted] = [values[i] ?? Number.NaN, want.elements[i] ?? Number.NaN]
      if (!Number.isFinite(value) && Number.isFinite(wanted)) nonFinite += 1
      const distance = ulpDistance(value, wanted, dtype, top)
      if (distance === 0 && dtype !== 'F32') exact += 1
      if (distance > allowed) outliers += 1
      if (distance > maxUlp) [maxUlp, worstTensor] = [distance, name]
    }
    if (nonFinite > 0) failures.push(`${name}: ${nonFinite} values are NaN or infinite where finite ones are expected`)
  }
  const exactFraction = counted === 0 ? 1 : exact / counted
  if (elements === 0) failures.push('no tensors compared')
  if (outliers > (rule.max_outlier_fraction ?? 0) * elements)
    failures.push(
      `${outliers} of ${elements} elements differ by more than ${rule.max_ulp} ulp (${rule.max_ulp_f32 ?? 8} for F32), ` +
        `the worst by ${maxUlp.toPrecision(3)} in ${worstTensor}`,
    )
  if (exactFraction < rule.min_exact_fraction)
    failures.push(`exact fraction ${exactFraction.toFixed(6)} is below ${rule.min_exact_fraction}`)
  const pass = failures.length === 0
  return { pass, failures, warnings, tensors, elements, exactFraction, maxUlp, worstTensor, outliers }
}

function formMismatch(name: string, got: StoredTensor, want: StoredTensor): string | null {
  if (!isDeepStrictEqual([...got.shape], [...want.shape]))
    return `${name}: shape [${got.shape.join(', ')}], expected [${want.shape.join(', ')}]`
  return got.dtype === want.dtype ? null : `${name}: dtype ${got.dtype}, expected ${want.dtype}`
}

function compareConfig(output: string, expected: Readonly<Record<string, unknown>>): string[] {
  const path = join(output, 'config.json')
  if (!existsSync(path)) return ['config.json is missing']
  const config = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  const failures: string[] = []
  for (const [key, want] of Object.entries(expected)) {
    // Newer transformers call torch_dtype "dtype".
    const got = config[key] ?? (key === 'torch_dtype' ? config['dtype'] : undefined)
    if (!isDeepStrictEqual(got, want))
      failures.push(`config.json: ${key} is ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`)
  }
  return failures
}
