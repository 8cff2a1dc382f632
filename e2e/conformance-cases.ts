import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

export const CONFORMANCE = fileURLToPath(new URL('../test/fixtures/conformance', import.meta.url))

/** The cases whose methods the studio has. */
export const CASES = [
  'lzlv',
  'gradient-slerp',
  'slerp-ends',
  'slerp-two-point',
  'slerp-five-point',
  'filter-order',
  'frankenmerge',
  'passthrough-scale',
  'slices-slerp',
  'vocab-mismatch',
  'mixed-no-dtype',
  'mixed-out-dtype',
  'mixed-dtype-first',
  'bin-inputs',
  'tied-both',
  'tied-half',
  'edge-tensors',
  'linear',
  'linear-bf16-unnormalized',
  'nuslerp',
  'multislerp',
  'karcher',
  'task-arithmetic',
  'model-stock',
  'nuslerp-base-rows',
  'ties',
  'breadcrumbs',
  'sce',
  'nearswap',
  'arcee-fusion',
] as const

/** Cases of methods that decide element by element or row by row: their stages have no coefficients. */
const BY_ELEMENT: ReadonlySet<string> = new Set([
  'nuslerp-base-rows',
  'ties',
  'breadcrumbs',
  'sce',
  'nearswap',
  'arcee-fusion',
])

/** The cases whose stages are combinations of whole tensors. */
export const COMBINED_CASES = CASES.filter((name) => !BY_ELEMENT.has(name))

export function caseFolder(name: string): string {
  return join(CONFORMANCE, 'cases', name)
}

export function recipeOf(name: string): string {
  return readFileSync(join(caseFolder(name), 'recipe.yml'), 'utf8')
}

/** @returns absolute paths of the checkpoints that a case's recipe names, in order of first mention */
export function modelsOf(name: string): string[] {
  const found = new Set<string>()
  const visit = (node: unknown) => {
    if (typeof node === 'string' && node.startsWith('models/')) found.add(join(CONFORMANCE, node))
    else if (typeof node === 'object' && node !== null) for (const child of Object.values(node)) visit(child)
  }
  for (const document of parseAllDocuments(recipeOf(name))) visit(document.toJS())
  return [...found]
}

const SIXTEEN_BIT = ['float16', 'bfloat16']

/** Whether every input and the output are 16-bit: then every engine must write the same bytes. */
export function isSixteenBit(name: string): boolean {
  const dtypeOf = (file: string, key: (json: { torch_dtype?: string; config?: { torch_dtype?: string } }) => unknown) =>
    String(key(JSON.parse(readFileSync(file, 'utf8'))))
  const dtypes = modelsOf(name).map((model) => dtypeOf(join(model, 'config.json'), (config) => config.torch_dtype))
  dtypes.push(dtypeOf(join(caseFolder(name), 'case.json'), (description) => description.config?.torch_dtype))
  return dtypes.every((dtype) => SIXTEEN_BIT.includes(dtype))
}
