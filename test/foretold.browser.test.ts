import { describe, expect, test } from 'vitest'
import { createWasmEngine } from '../src/engine/index.ts'
import type { ElementRule } from '../src/plan/plan.ts'
import { mergeOne, withRules } from './support/altered-merge.ts'
import { plainStage, sparse } from './support/element-rules.ts'
import { planInMemory } from './support/merge-in-memory.ts'
import { modelFolder, type NewTensor, randomNumbers } from './support/model-in-memory.ts'

/** Selections of tensors that stay in memory are foretold by a sample; of those that are read in every pass they are not. */

const SHAPE = [521, 1032] as const
const ELEMENTS = SHAPE[0] * SHAPE[1]

const RULES: readonly (readonly [string, ElementRule])[] = [
  ['ties', sparse('ties')],
  ['ties of almost nothing and almost all', sparse('ties', { densities: [0.00001, 0.99999], rescale: true })],
  ['breadcrumbs', sparse('breadcrumbs', { gammas: [0.01, 0.2], densities: [0.9, 0.5] })],
  ['sce', { method: 'sce', selectTopk: 0.3 }],
  ['arcee_fusion', { method: 'arcee_fusion' }],
]

/** What the others add to the base, element by element. */
const FLAVOURS: Record<string, (random: () => number) => (e: number) => number> = {
  'differences of all sizes': (random) => () => 0.004 * random(),
  'few differences, most of them small': (random) => () => 0.0001 * Math.round(random()),
  'differences of which most are zero': (random) => (e) => (e % 10 === 3 ? 0.01 * random() : 0),
  'rows of very different sizes': (random) => (e) => 0.0001 * (1 + (Math.floor(e / SHAPE[1]) % 30)) * random(),
  'differences that are large where the sample is taken': (random) => (e) =>
    (Math.ceil((e * 512) / ELEMENTS) * ELEMENTS) / 512 - e > 0.2 * (ELEMENTS / 512) ? 0.0001 * random() : random(),
}

function tensor(seed: number, add: (e: number) => number): NewTensor {
  const base = randomNumbers(1)
  const values = Float64Array.from({ length: ELEMENTS }, (_, e) => 0.02 * base() + (seed === 1 ? 0 : add(e)))
  return { name: 'model.embed_tokens.weight', dtype: 'BF16', shape: SHAPE, values }
}

const engine = createWasmEngine()

describe.each(Object.entries(FLAVOURS))('of %s', (_, flavour) => {
  const folders = ['a', 'b', 'c'].map((name, i) =>
    modelFolder(name, [tensor(i + 1, flavour(randomNumbers(17 * i)))], { architectures: ['LlamaForCausalLM'] }),
  )
  test.each(RULES)('%s makes the same bytes with a sample and without', async (_, rule) => {
    const models = rule.method === 'arcee_fusion' ? folders.slice(0, 2) : folders
    const recipe = plainStage(
      models.map(({ name }) => name),
      'bfloat16',
    )
    const { plan, opened } = await planInMemory(recipe, models)
    const [job] = plan.jobs
    if (job === undefined) throw new Error('the plan has a job')
    const altered = withRules(job, rule)
    const foretold = await mergeOne(altered, opened, await engine)
    const counted = await mergeOne({ ...altered, kind: 'streamed' }, opened, await engine)
    expect(foretold.findIndex((byte, i) => byte !== counted[i])).toBe(-1)
    expect(foretold.some((byte) => byte !== 0)).toBe(true)
  })
})
