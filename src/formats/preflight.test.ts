import { describe, expect, it } from 'vitest'
import type { DType } from '../tensor/dtype.ts'
import { bitsPerElement } from '../tensor/dtype.ts'
import { folderOf, refusalOf } from './fixtures/folders.ts'
import { openCheckpoint } from './open-checkpoint.ts'
import { encodeSafetensorsHeader } from './safetensors-header.ts'

/** A safetensors file of tensors of eight elements each. */
function weights(tensors: Readonly<Record<string, DType>>): Blob {
  const infos = Object.entries(tensors).map(([name, dtype]) => {
    return { name, dtype, shape: [8], byteLength: bitsPerElement(dtype) }
  })
  const size = infos.reduce((sum, { byteLength }) => sum + byteLength, 0)
  return new Blob([encodeSafetensorsHeader(infos).header, new Uint8Array(size)])
}

const LAYER = 'model.layers.0.self_attn.q_proj'
const model = (tensors: Readonly<Record<string, DType>>, quantization: object | null = null) =>
  folderOf({
    'model.safetensors': weights({ 'model.norm.weight': 'F16', ...tensors }),
    'config.json': JSON.stringify(quantization === null ? {} : { quantization_config: quantization }),
  })

describe('quantised weights are refused by name, with what to do', () => {
  it.each([
    ['GPTQ, 4 bits', { qweight: 'I32', qzeros: 'I32', scales: 'F16', g_idx: 'I32' }, { quant_method: 'gptq', bits: 4 }],
    ['AWQ, 4 bits', { qweight: 'I32', qzeros: 'I32', scales: 'F16' }, { quant_method: 'awq', bits: 4 }],
    ['GPTQ', { qweight: 'I32', qzeros: 'I32', scales: 'F16', g_idx: 'I32' }, null],
    ['GPTQ or AWQ', { qweight: 'I32', qzeros: 'I32', scales: 'F16' }, null],
    [
      'bitsandbytes, 4 bits',
      { weight: 'U8', 'weight.absmax': 'F32', 'weight.quant_state.bitsandbytes__nf4': 'U8' },
      { quant_method: 'bitsandbytes', load_in_4bit: true },
    ],
    ['bitsandbytes, 8 bits', { weight: 'I8', SCB: 'F32' }, null],
    ['EXL2', { q_weight: 'I32', q_invperm: 'I32', q_groups: 'I16' }, null],
    ['EXL3', { trellis: 'I16', suh: 'F16', svh: 'F16' }, null],
    ['compressed-tensors', { weight_packed: 'I32', weight_scale: 'F16' }, { quant_method: 'compressed-tensors' }],
    ['FP8', { weight: 'F8_E4M3', weight_scale_inv: 'F32' }, { quant_method: 'fp8' }],
    ['FP8', { weight: 'F8_E4M3', weight_scale: 'F32' }, null],
    ['MLX', { weight: 'U32', scales: 'F16', biases: 'F16' }, null],
  ] as const)('%s', async (method, parts, config) => {
    const tensors = Object.fromEntries(Object.entries(parts).map(([part, dtype]) => [`${LAYER}.${part}`, dtype]))
    const message = await refusalOf(openCheckpoint(model(tensors as Record<string, DType>, config)))
    expect(message).toMatch(`some-model: the weights are quantised (${method}; see the tensor "${LAYER}.`)
    expect(message).toMatch('take the original checkpoint, in 16 or 32 bits.')
  })

  it('experts in MXFP4', async () => {
    const experts = 'model.layers.0.mlp.experts.down_proj'
    const folder = model({ [`${experts}_blocks`]: 'U8', [`${experts}_scales`]: 'U8' }, { quant_method: 'mxfp4' })
    expect(await refusalOf(openCheckpoint(folder))).toMatch(`(MXFP4; see the tensor "${experts}_`)
  })

  it('but not full weights whose config speaks of it, as after training in 4 bits', async () => {
    const { problems } = await openCheckpoint(
      model({ [`${LAYER}.weight`]: 'F16' }, { quant_method: 'bitsandbytes', load_in_4bit: true }),
    )
    expect(problems.map(({ severity, message }) => [severity, message])).toEqual([
      ['warning', expect.stringMatching(/quantised \(bitsandbytes, 4 bits\), but they are stored in full/)],
    ])
  })

  it('and not a parameter of a model that is merely called scales', async () => {
    const { problems } = await openCheckpoint(model({ [`${LAYER}.weight`]: 'F16', [`${LAYER}.scales`]: 'F16' }))
    expect(problems).toEqual([])
  })
})

it('an adapter under any name is told by its tensors', async () => {
  const folder = model({ [`base_model.${LAYER}.lora_A.weight`]: 'F16', [`base_model.${LAYER}.lora_B.weight`]: 'F16' })
  const message = await refusalOf(openCheckpoint(folder))
  for (const word of ['LoRA', 'lora_A', 'merge_and_unload()']) expect(message).toContain(word)
})

describe('what a download left unfinished is said', () => {
  const FIRST = 'model-00001-of-00002.safetensors'
  const SECOND = 'model-00002-of-00002.safetensors'
  const index = JSON.stringify({ weight_map: { a: FIRST, b: SECOND } })
  const shard = weights({ a: 'F16' })

  it.each([
    ['aria2 beside a file of its whole size', { [FIRST]: shard, [SECOND]: shard, [`${SECOND}.aria2`]: 'x' }, SECOND],
    ['Firefox', { [FIRST]: shard, [`${SECOND}.part`]: 'x' }, `${SECOND}.part is an unfinished download`],
    ['Chrome', { [FIRST]: shard, 'Unconfirmed 4711.crdownload': 'x' }, 'Unconfirmed 4711.crdownload is an unfinished'],
    ['Hugging Face', { [FIRST]: shard, [`${SECOND}.incomplete`]: 'x' }, `${SECOND}.incomplete is an unfinished`],
    ['nobody knows', { [FIRST]: shard }, 'finish the download, and open the folder again'],
    ['links in the place of all shards', {}, 'symbolic links'],
    ['space that was reserved', { [FIRST]: shard, [SECOND]: new Uint8Array(4096) }, 'reserved and never filled'],
    ['an error page', { [FIRST]: shard, [SECOND]: '<!DOCTYPE html><html>' }, 'download it again, signed in'],
  ])('%s', async (_, files, words) => {
    const folder = folderOf({ 'model.safetensors.index.json': index, 'config.json': '{}', ...files })
    const message = await refusalOf(openCheckpoint(folder))
    expect(message).toContain(words)
    expect(message).toContain(words.startsWith('symbolic') ? FIRST : SECOND)
  })

  it('a single file', async () => {
    const folder = folderOf({ 'model.safetensors.crdownload': 'x', 'config.json': '{}' })
    expect(await refusalOf(openCheckpoint(folder))).toContain('model.safetensors.crdownload is an unfinished download')
  })

  it('but a leftover beside a file that is whole is nobody’s business', async () => {
    const folder = folderOf({ 'model.safetensors': shard, 'model.safetensors.part': 'x', 'config.json': '{}' })
    expect((await openCheckpoint(folder)).problems).toEqual([])
  })

  it.each(['config.json', 'model.safetensors.index.json'])('a git LFS pointer in the place of %s', async (name) => {
    const files = {
      [FIRST]: shard,
      [SECOND]: weights({ b: 'F16' }),
      'model.safetensors.index.json': index,
      'config.json': '{}',
    }
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'
    const message = await refusalOf(openCheckpoint(folderOf({ ...files, [name]: pointer })))
    for (const word of [name, 'git lfs pull']) expect(message).toContain(word)
  })
})

it('a folder whose models lie in sub-folders names them', async () => {
  const folder = { ...folderOf({ 'README.md': '#' }), folders: ['base', 'chat'] }
  const message = await refusalOf(openCheckpoint(folder))
  expect(message).toContain('only 1 other file and folders (base, chat): open the one of them')
})
