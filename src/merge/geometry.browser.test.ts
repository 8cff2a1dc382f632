import { beforeEach, expect, it } from 'vitest'
import { SETTINGS } from '../../test/support/settings.ts'
import { createReferenceEngine, createWasmEngine } from '../engine/index.ts'
import type { Checkpoint } from '../formats/checkpoint.ts'
import { openCheckpoint } from '../formats/open-checkpoint.ts'
import { encodeSafetensorsHeader } from '../formats/safetensors-header.ts'
import { clearKeptGrams, gramKey, isExact, type JobGrams, tensorGeometry } from '../geometry/index.ts'
import { randomOf } from '../geometry/random.ts'
import type { Plan } from '../plan/plan.ts'
import { planMerge } from '../plan/plan-merge.ts'
import { parseRecipe } from '../recipe/index.ts'
import { runMerge } from './client.ts'
import { type GramsByJob, keepExactGrams, measureGeometry, startGeometry } from './geometry-client.ts'
import { measureGrams } from './geometry-exact.ts'

const RECIPE = 'merge_method: slerp\nbase_model: a\nmodels: [{ model: a }, { model: b }]\nparameters: { t: 0.3 }\n'
const SHAPES: readonly (readonly [string, number[]])[] = [
  ['model.embed_tokens.weight', [1500, 256]],
  ['model.layers.0.mlp.up_proj.weight', [700, 256]],
  ['model.layers.0.input_layernorm.weight', [256]],
]

/** A model of F32 tensors as a file with a date; `seed` 0 fills it with zeros. */
async function model(name: string, seed: number, lastModified = 1): Promise<readonly [string, Checkpoint]> {
  const infos = SHAPES.map(([tensor, shape]) => {
    const byteLength = 4 * shape.reduce((product, size) => product * size, 1)
    return { name: tensor, dtype: 'F32' as const, shape, byteLength }
  })
  const own = randomOf(`own ${seed}`)
  const common = randomOf('common')
  const parts = infos.map(({ byteLength }) =>
    Float32Array.from({ length: byteLength / 4 }, () => (seed === 0 ? 0 : common() - 0.5 + 0.3 * (own() - 0.5))),
  )
  const file = new File([encodeSafetensorsHeader(infos).header, ...parts], 'model.safetensors', { lastModified })
  return [name, await openCheckpoint({ name, files: new Map([[file.name, file]]) })]
}

async function opened(
  seeds: readonly [number, number],
  lastModified = 1,
): Promise<{ plan: Plan; inputs: Checkpoint[] }> {
  const models = [await model('a', seeds[0], lastModified), await model('b', seeds[1], lastModified)] as const
  const { recipe } = parseRecipe(RECIPE)
  if (recipe === null) throw new Error('the recipe is right')
  return { plan: planMerge(recipe, new Map(models), SETTINGS), inputs: models.map(([, checkpoint]) => checkpoint) }
}

async function sampled(plan: Plan, inputs: Checkpoint[]): Promise<Map<number, JobGrams>> {
  const found = new Map<number, JobGrams>()
  const take = (grams: GramsByJob) => {
    for (const [job, value] of grams) found.set(job, value)
  }
  await startGeometry(plan, inputs, take, new AbortController().signal)
  return found
}

beforeEach(() => clearKeptGrams())

it('samples every tensor in its worker, and the exact cosine lies in the interval', async () => {
  const { plan, inputs } = await opened([1, 2])
  const found = await sampled(plan, inputs)
  expect([...found.keys()].toSorted()).toEqual([0, 1, 2])
  const engine = createReferenceEngine()
  const files = inputs.map((input) => input.files)
  for (const [index, job] of plan.jobs.entries()) {
    const grams = found.get(index) ?? null
    const exact = tensorGeometry(job, (await measureGrams(job, files, engine, new AbortController().signal)).grams)
      .stages[0]
    const { basis, stages } = tensorGeometry(job, grams)
    expect(basis).toBe(job.name.includes('norm') ? 'exact' : 'sampled')
    const { low, high } = stages[0]?.cosInterval ?? { low: (exact?.cos ?? 9) - 1e-6, high: (exact?.cos ?? 9) + 1e-6 }
    expect(exact?.cos).toBeGreaterThanOrEqual(low)
    expect(exact?.cos).toBeLessThanOrEqual(high)
  }
})

it('remembers samples of the same files, and of no others', async () => {
  const first = await opened([1, 2])
  const found = await sampled(first.plan, first.inputs)
  // The same names, sizes and dates, but nothing in them: what is told was not read from these.
  const emptied = await opened([0, 0])
  expect(await sampled(emptied.plan, emptied.inputs)).toEqual(found)
  const later = await opened([0, 0], 2)
  expect((await sampled(later.plan, later.inputs)).get(0)?.[0]?.gram).toEqual(new Float64Array(4))
})

it('measures exactly on demand, with differences, and remembers that too', async () => {
  const { plan, inputs } = await opened([1, 2])
  await sampled(plan, inputs)
  const exact = new Map<number, JobGrams>()
  const take = (grams: GramsByJob) => {
    for (const [job, value] of grams) exact.set(job, value)
  }
  await measureGeometry(plan, inputs, [1], take, new AbortController().signal)
  expect([...exact.keys()]).toEqual([1])
  const [segment] = exact.get(1) ?? []
  expect(segment?.differences).not.toBeNull()
  const [a = 0, , , b = 0] = segment?.gram ?? []
  const [base = 0, across = 0, , apart = 0] = segment?.differences ?? []
  expect(base).toBe(a)
  expect(base + 2 * across + apart).toBeCloseTo(b, -1)
  const again = await sampled(plan, inputs)
  expect(again.get(1)).toEqual(exact.get(1))
  expect(isExact(again.get(0) ?? [])).toBe(false)
})

it('keeps what a merge found', async () => {
  const { plan, inputs } = await opened([1, 2])
  const engine = await createWasmEngine()
  const files = inputs.map((input) => input.files)
  const job = plan.jobs[1]
  if (job === undefined) throw new Error('there is a second job')
  const { grams } = await measureGrams(job, files, engine, new AbortController().signal)
  engine.destroy()
  expect(gramKey(job, files)).toContain('"model.layers.0.mlp.up_proj.weight"')
  await keepExactGrams(plan, inputs, new Map([[1, grams]]))
  expect((await sampled(plan, inputs)).get(1)).toEqual(grams)
})

it('is told the exact Gram matrices of every tensor that a merge computes, while it runs', async () => {
  const { plan, inputs } = await opened([1, 2])
  const root = await navigator.storage.getDirectory()
  const output = await root.getDirectoryHandle(`merged-${crypto.randomUUID()}`, { create: true })
  const told = new Map<number, JobGrams>()
  const request = { plan, inputs, output, engine: 'wasm', verify: false, resume: false } as const
  const report = await runMerge(
    request,
    () => undefined,
    new AbortController().signal,
    (job, grams) => told.set(job, grams),
  )
  await root.removeEntry(output.name, { recursive: true })
  expect([...told.keys()].toSorted()).toEqual([0, 1, 2])
  for (const [index, job] of plan.jobs.entries()) {
    const { basis, stages } = tensorGeometry(job, told.get(index) ?? null)
    expect(basis).toBe('exact')
    expect(stages[0]?.coefficients).toEqual(report.tensors[index]?.stages[0]?.coefficients)
  }
})

it('ends at once when it is aborted, and tells nothing any more', async () => {
  const { plan, inputs } = await opened([1, 2])
  const abort = new AbortController()
  let told = 0
  const running = startGeometry(plan, inputs, () => told++, abort.signal)
  abort.abort()
  await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  const before = told
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(told).toBe(before)
})

it('says in words that a file changed', async () => {
  const { plan, inputs } = await opened([1, 2])
  const cut = inputs.map((input) => ({ files: input.files.map(({ name }) => ({ name, blob: new Blob([]) })) }))
  const running = startGeometry(plan, cut, () => undefined, new AbortController().signal)
  await expect(running).rejects.toMatchObject({ name: 'StudioError' })
})
