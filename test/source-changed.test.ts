import { describe, expect, test } from 'vitest'
import type { WeightFile } from '../src/formats/checkpoint.ts'
import { type MergeParts, mergePlan } from '../src/merge/merge-plan.ts'
import { decodePartial, PARTIAL_FILE, type SourceHash } from '../src/writer/partial.ts'
import { contents, partsOf, RECIPE, Trap, trappedSink } from './support/faults.ts'
import { memorySink, type PlannedInMemory, planInMemory } from './support/merge-in-memory.ts'
import { llama, modelFolder, tensor } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

// A file that is put in another's place with the same size and date is read without a word by the browser.

/** Flips a bit in every byte that is read of tensor `name`, from its `time`-th reading on. */
function changing({ opened }: PlannedInMemory, name: string, time: number): MergeParts['inputs'] {
  const [base, ...rest] = opened
  const stored = base?.tensors.get(name)
  if (base === undefined || stored === undefined) throw new Error(name)
  const readings = new Map<number, number>()
  const changed = ({ name: fileName, blob }: WeightFile): WeightFile => ({
    name: fileName,
    blob: {
      size: blob.size,
      slice: (from: number, to: number) => ({
        size: to - from,
        arrayBuffer: async () => {
          const bytes = new Uint8Array(await blob.slice(from, to).arrayBuffer())
          const begin = Math.max(from, stored.offset)
          const end = Math.min(to, stored.offset + stored.byteLength)
          if (begin >= end) return bytes.buffer
          const reading = (readings.get(begin) ?? 0) + 1
          readings.set(begin, reading)
          for (let at = begin - from; reading >= time && at < end - from; at++) bytes[at] = (bytes[at] ?? 0) ^ 1
          return bytes.buffer
        },
      }),
    } as unknown as Blob,
  })
  return [{ files: base.files.map(changed), sidecars: base.sidecars }, ...rest]
}

const NAME = 'model.layers.0.self_attn.q_proj.weight'
const models = () => [llama('a', {}), llama('b', {})]

describe.each([true, false])('a tensor whose second reading gives other bytes (verification: %s)', (verify) => {
  test.each([
    ['for want of memory', RECIPE, 1, 'streamed'],
    [
      'since its stages must be measured',
      // t beyond 1 is extrapolated, for which the rounded operands are measured.
      `name: c\n${RECIPE}---\nmerge_method: slerp\nbase_model: c\nmodels: [{model: c}, {model: b}]\nparameters: {t: 1.5}\ndtype: bfloat16\n`,
      2 ** 30,
      'resident',
    ],
  ])('when it is read twice %s, ends the merge with the names of file and tensor', async (_, recipe, budget, kind) => {
    const planned = await planInMemory(recipe, models(), { ...SETTINGS, memoryBudget: budget })
    expect(planned.plan.jobs.find(({ name }) => name === NAME)?.kind).toBe(kind)
    const merging = (time: number) =>
      mergePlan(partsOf(planned, memorySink(), { verify, inputs: changing(planned, NAME, time) }))
    await expect(merging(2)).rejects.toThrow(
      new RegExp(`^model.safetensors: the tensor "${NAME}" changed while it was merged: its second reading`),
    )
    expect((await merging(4)).gpuLosses, 'it is not read more often').toBe(0)
  })
})

const TIES =
  'merge_method: ties\nbase_model: a\nmodels: [{model: b, parameters: {weight: 1, density: 0.5}}]\ndtype: bfloat16\n'

test('all passes of an element-wise method go over one reading where the tensor stays in memory', async () => {
  const planned = await planInMemory(TIES, models(), SETTINGS)
  expect(planned.plan.jobs.find(({ name }) => name === NAME)?.kind).toBe('resident')
  const [plain, changed] = [memorySink(), memorySink()]
  await mergePlan(partsOf(planned, plain, { verify: false }))
  await mergePlan(partsOf(planned, changed, { verify: false, inputs: changing(planned, NAME, 2) }))
  expect(contents(changed.files)).toEqual(contents(plain.files))
})

test('and where it does not, a later reading that gives other bytes ends the merge', async () => {
  const planned = await planInMemory(TIES, models(), { ...SETTINGS, memoryBudget: 1 })
  expect(planned.plan.jobs.find(({ name }) => name === NAME)?.kind).toBe('streamed')
  const inputs = changing(planned, NAME, 2)
  await expect(mergePlan(partsOf(planned, memorySink(), { verify: false, inputs }))).rejects.toThrow('second reading')
})

async function interrupted(planned: PlannedInMemory): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const sink = memorySink()
  const trap = new Trap('create', planned.plan.shards.length + 4)
  await expect(mergePlan(partsOf(planned, trappedSink(sink, trap)))).rejects.toThrow('failed')
  expect(sink.files.has(PARTIAL_FILE)).toBe(true)
  return sink.files
}

const recordOf = (files: ReadonlyMap<string, Uint8Array>) =>
  decodePartial(new TextDecoder().decode(files.get(PARTIAL_FILE)))

test('the record of a shard has the hash of every source tensor, the same in every merge', async () => {
  const planned = await planInMemory(RECIPE, models(), { ...SETTINGS, shardBytes: 700 })
  const [once, again] = [recordOf(await interrupted(planned)), recordOf(await interrupted(planned))]
  const hashes = (partial: typeof once) => partial?.finished.flatMap(({ sources = [] }) => sources).toSorted()
  expect(hashes(once)?.length).toBe(
    2 * (once?.finished.reduce((sum, { tensors }) => sum + tensors.length, 0) ?? Number.NaN),
  )
  const known = new Map(hashes(again)?.map(([checkpoint, name, hash]) => [`${checkpoint} ${name}`, hash]))
  for (const [checkpoint, name, hash] of hashes(once) ?? [])
    expect(known.get(`${checkpoint} ${name}`) ?? hash).toBe(hash)
})

test('a merge that knows the content of its sources ends where a tensor has another, by name', async () => {
  const planned = await planInMemory(RECIPE, models(), { ...SETTINGS, shardBytes: 700 })
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  const trap = new Trap('remove', 1)
  await expect(mergePlan(partsOf(planned, trappedSink(memorySink(files), trap)))).rejects.toThrow('failed')
  const known = recordOf(files)?.finished.flatMap(({ sources = [] }): readonly SourceHash[] => sources) ?? []
  expect(known.length).toBe(2 * planned.plan.jobs.length)
  const report = await mergePlan(partsOf(planned, memorySink(), { known }))
  expect(report.tensors.length).toBe(planned.plan.jobs.length)
  const other = mergePlan(partsOf(planned, memorySink(), { known, inputs: changing(planned, NAME, 1) }))
  await expect(other).rejects.toThrow(
    `model.safetensors: the tensor "${NAME}" has other content than when it was read before`,
  )
})

test('NaN and infinite values of shards that an earlier run made are in the report of the one that goes on', async () => {
  const odd = ['x', 'y'].map((name) => {
    const tensors = ['p', 'q', 'r', 's'].map((part) => tensor(part, [8, 8], 'BF16', name))
    if (name === 'x') for (const { values } of tensors) values.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NaN])
    return modelFolder(name === 'x' ? 'a' : 'b', tensors)
  })
  const planned = await planInMemory(RECIPE, odd, { ...SETTINGS, shardBytes: 200 })
  expect(planned.plan.shards.length).toBe(4)
  const sink = memorySink()
  const whole = await mergePlan(partsOf(planned, sink))
  expect(whole.nonFinite.length).toBe(4)
  let kept = 0
  for (let k = 3; k <= 9; k++) {
    const left = memorySink()
    await mergePlan(partsOf(planned, trappedSink(left, new Trap('close', k)))).catch(() => undefined)
    const report = await mergePlan(partsOf(planned, left, { resume: { stored: null } }))
    kept += report.keptShards
    expect(new Set(report.nonFinite)).toEqual(new Set(whole.nonFinite))
    expect(contents(left.files)).toEqual(contents(sink.files))
  }
  expect(kept).toBeGreaterThan(7)
})
