import { describe, expect, test } from 'vitest'
import { planInMemory } from '../../test/support/merge-in-memory.ts'
import { llama, modelFolder, tensor } from '../../test/support/model-in-memory.ts'
import { SETTINGS } from '../../test/support/settings.ts'
import type { Plan } from './plan.ts'

const SLERP =
  'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.5}\ndtype: bfloat16\n'

function errorsOf(plan: Plan): string[] {
  return plan.problems.filter(({ severity }) => severity === 'error').map(({ message }) => message)
}

describe('what does not fit together is refused in one sentence', () => {
  test('another depth and width names both models with their layers and sizes', async () => {
    const { plan } = await planInMemory(SLERP, [
      llama('a', { layers: 5, hidden: 16 }),
      llama('b', { layers: 2, hidden: 8 }),
    ])
    expect(errorsOf(plan)).toHaveLength(1)
    expect(errorsOf(plan)[0]).toMatch(/"a" has 5 layers of 16, "b" has 2 layers of 8/)
    expect(plan.jobs).toEqual([])
  })

  test('another width names the tensor and both shapes', async () => {
    const { plan } = await planInMemory(SLERP, [llama('a', { hidden: 16 }), llama('b', { hidden: 8 })])
    expect(errorsOf(plan)[0]).toMatch(/model\.embed_tokens\.weight is \[12, 16\] in "a" and \[12, 8\] in "b"/)
  })

  test('a transposed matrix is refused although it has as many bytes', async () => {
    const named = (shape: number[]) => tensor('model.layers.0.mlp.up_proj.weight', shape)
    const { plan } = await planInMemory(SLERP, [modelFolder('a', [named([4, 6])]), modelFolder('b', [named([6, 4])])])
    expect(errorsOf(plan)[0]).toMatch(/mlp\.up_proj\.weight is \[4, 6\] in "a" and \[6, 4\] in "b"/)
  })

  test('missing tensors are counted, the first of them by name', async () => {
    const short = llama('b', { skip: /up_proj/ })
    const { plan } = await planInMemory(SLERP, [llama('a', {}), short])
    expect(errorsOf(plan)).toEqual([
      '"b" lacks 2 tensors: model.layers.0.mlp.up_proj.weight, model.layers.1.mlp.up_proj.weight, which the models it is merged with have: take checkpoints of the same architecture.',
    ])
  })

  test('a model that is not opened is asked for by the line that names it', async () => {
    const { plan } = await planInMemory(SLERP, [llama('a', {})])
    expect(plan.problems).toMatchObject([{ severity: 'error', line: 3 }])
    expect(errorsOf(plan)[0]).toMatch(/uses the model "b", and no opened folder stands for it/)
  })

  test('a layer range past the last layer says where that is', async () => {
    const recipe =
      'slices: [{sources: [{model: a, layer_range: [0, 9]}, {model: b, layer_range: [0, 9]}]}]\nmerge_method: slerp\nbase_model: a\nparameters: {t: 0.5}\n'
    const { plan } = await planInMemory(recipe, [llama('a', {}), llama('b', {})])
    expect(errorsOf(plan)[0]).toMatch(/reaches past its last layer: the model has 2 layers/)
  })

  test('a parameter whose filters match nothing names a tensor that goes without', async () => {
    const recipe = SLERP.replace('{t: 0.5}', '{t: [{filter: mlp, value: 0.5}]}')
    const { plan } = await planInMemory(recipe, [llama('a', {}), llama('b', {})])
    expect(errorsOf(plan)[0]).toMatch(/No value of "t" in the recipe matches the tensor model\.embed_tokens\.weight/)
  })

  test('weights that add up to nothing cannot be normalised', async () => {
    const recipe =
      'merge_method: linear\nmodels: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: -1}}]\n'
    const { plan } = await planInMemory(recipe, [llama('a', {}), llama('b', {})])
    expect(errorsOf(plan)[0]).toMatch(/add up to 0/)
  })
})

describe('a multimodal checkpoint', () => {
  const eye = tensor('vision_tower.encoder.layers.0.mlp.fc1.weight', [8, 8])
  const seeing = (name: string) => llama(name, { prefix: 'language_model.', extra: [eye] })

  test('gives its vision tower as it is, while the text models are merged', async () => {
    const { plan } = await planInMemory(SLERP, [seeing('a'), seeing('b')])
    expect(errorsOf(plan)).toEqual([])
    const tower = plan.jobs.find(({ name }) => name === eye.name)
    expect(tower).toMatchObject({ kind: 'copy', sources: [{ checkpoint: 0 }], layer: null })
    expect(plan.jobs.filter(({ sources }) => sources.length === 2)).toHaveLength(plan.jobs.length - 1)
    expect(plan.problems.map(({ message }) => message).join()).toMatch(/1 tensor of vision .* from "a" as/)
  })

  test('is merged with a plain text model under its own names', async () => {
    const { plan } = await planInMemory(SLERP, [seeing('a'), llama('b', {})])
    expect(errorsOf(plan)).toEqual([])
    const head = plan.jobs.find(({ name }) => name === 'language_model.lm_head.weight')
    expect(head?.sources.map((source) => source.tensor.name)).toEqual([
      'language_model.lm_head.weight',
      'lm_head.weight',
    ])
    expect(plan.jobs.find(({ name }) => name === 'language_model.model.layers.1.mlp.up_proj.weight')?.layer).toBe(1)
  })
})

describe('the plan', () => {
  test('reads a tensor once where its inputs fit the budget, and twice where they do not', async () => {
    const folders = [llama('a', {}), llama('b', {})]
    const all = await planInMemory(SLERP, folders)
    expect(all.plan.totals.bytesReadTwice).toBe(0)
    const embedding = all.plan.jobs.find(({ name }) => name === 'model.embed_tokens.weight')
    const budget = (embedding?.bytesReadOnce ?? 0) - 1
    const tight = await planInMemory(SLERP, folders, { ...SETTINGS, memoryBudget: budget })
    expect(tight.plan.jobs.filter(({ kind }) => kind === 'streamed').map(({ name }) => name)).toContain(embedding?.name)
    expect(tight.plan.totals.bytesReadTwice).toBeGreaterThan(0)
    expect(tight.plan.totals.bytesReadOnce).toBe(all.plan.totals.bytesReadOnce)
  })

  test('copies where t is 0 or 1 and nothing changes, and reads only that input', async () => {
    const { plan } = await planInMemory(SLERP.replace('t: 0.5', 't: 1'), [llama('a', {}), llama('b', {})])
    expect(new Set(plan.jobs.map(({ kind }) => kind))).toEqual(new Set(['copy']))
    expect(plan.jobs.every(({ sources }) => sources.length === 1 && sources[0]?.checkpoint === 1)).toBe(true)
  })

  test('does not copy where the dtype changes or rows are cut', async () => {
    const rounded = await planInMemory(SLERP.replace('t: 0.5', 't: 0').replace('bfloat16', 'float16'), [
      llama('a', {}),
      llama('b', {}),
    ])
    expect(rounded.plan.jobs.every(({ kind }) => kind === 'blend-only')).toBe(true)
    const cut = await planInMemory(SLERP.replace('t: 0.5', 't: 0'), [llama('a', { vocabulary: 14 }), llama('b', {})])
    const kinds = new Map(cut.plan.jobs.map(({ name, kind }) => [name, kind]))
    expect(kinds.get('model.embed_tokens.weight')).toBe('blend-only')
    expect(kinds.get('model.norm.weight')).toBe('copy')
  })

  test('says that rows are dropped where vocabularies differ', async () => {
    const { plan } = await planInMemory(SLERP, [llama('a', { vocabulary: 14 }), llama('b', {})])
    expect(plan.problems).toMatchObject([{ severity: 'warning' }])
    expect(plan.problems[0]?.message).toMatch(/common 12 rows/)
    expect(plan.files.find(({ name }) => name === 'config.json')).toMatchObject({
      text: expect.stringContaining('"vocab_size": 12'),
    })
  })

  test('leaves rotary buffers out and says so', async () => {
    const buffer = tensor('model.layers.0.self_attn.rotary_emb.inv_freq', [4])
    const { plan } = await planInMemory(SLERP, [llama('a', { extra: [buffer] }), llama('b', {})])
    expect(plan.jobs.some(({ name }) => name.includes('inv_freq'))).toBe(false)
    expect(plan.problems[0]?.message).toMatch(/stores 1 buffers? \(model\.layers\.0\.self_attn\.rotary_emb\.inv_freq/)
  })

  test('survives structuredClone, and is the same each time', async () => {
    const folders = [llama('a', {}), llama('b', {})]
    const { plan } = await planInMemory(SLERP, folders)
    expect(structuredClone(plan)).toEqual(plan)
    expect((await planInMemory(SLERP, folders)).plan).toEqual(plan)
  })

  test('writes the shard index last', async () => {
    const { plan } = await planInMemory(SLERP, [llama('a', {}), llama('b', {})])
    expect(plan.files.at(-1)?.name).toBe('model.safetensors.index.json')
  })

  test('an output dtype chosen on the page is the final stage’s alone', async () => {
    const { plan } = await planInMemory(SLERP, [llama('a', {}), llama('b', {})], { ...SETTINGS, dtype: 'F32' })
    expect(new Set(plan.jobs.map(({ dtype }) => dtype))).toEqual(new Set(['F32']))
    expect(plan.jobs[0]?.stages[0]?.round).toBe('BF16')
  })

  test('lists with an entry a layer follow the layers of the result', async () => {
    const base = llama('a', { layers: 3 })
    const config = { num_hidden_layers: 3, hidden_size: 8, layer_types: ['full', 'sliding', 'linear'], heads: [1, 2] }
    const a = { ...base, files: new Map([...base.files, ['config.json', new Blob([JSON.stringify(config)])]]) }
    const recipe =
      'slices:\n- sources: [{model: a, layer_range: [0, 2]}]\n- sources: [{model: a, layer_range: [1, 3]}]\nmerge_method: passthrough\n'
    const { plan } = await planInMemory(recipe, [a])
    const file = plan.files.find(({ name }) => name === 'config.json')
    if (file === undefined || !('text' in file)) throw new Error('no config.json')
    expect(JSON.parse(file.text)).toMatchObject({
      num_hidden_layers: 4,
      layer_types: ['full', 'sliding', 'sliding', 'linear'],
      heads: [1, 2],
    })
  })
})

test('the last stage is the result also where it has a name', async () => {
  const { plan } = await planInMemory(`name: mine\n${SLERP}`, [
    llama('a', { layers: 1, hidden: 8 }),
    llama('b', { layers: 1, hidden: 8 }),
  ])
  expect(new Set(plan.jobs.flatMap(({ stages }) => stages.map(({ label }) => label)))).toEqual(new Set(['']))
})
