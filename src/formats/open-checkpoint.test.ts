import { describe, expect, it } from 'vitest'
import { conformanceModel, folderOf, refusalOf, wholeTensor } from './fixtures/folders.ts'
import { jsonInteger, writeJson } from './json.ts'
import { openCheckpoint } from './open-checkpoint.ts'
import { encodeSafetensorsHeader } from './safetensors-header.ts'

/** A safetensors file of tensors of one byte each. */
function shard(...names: string[]): Blob {
  const tensors = names.map((name) => ({ name, dtype: 'U8', shape: [1], byteLength: 1 }) as const)
  return new Blob([encodeSafetensorsHeader(tensors).header, new Uint8Array(names.length)])
}

const index = (map: Record<string, string>) => JSON.stringify({ metadata: { total_size: 2 }, weight_map: map })
const FIRST = 'model-00001-of-00002.safetensors'
const SECOND = 'model-00002-of-00002.safetensors'

describe('checkpoints of every layout open', () => {
  it.each([
    ['lyra-a', 'safetensors', 4],
    ['lyra-b', 'safetensors', 1],
    ['tarn-bin1', 'PyTorch', 1],
    ['tarn-legacy', 'PyTorch', 2],
    ['vela-x', 'PyTorch', 2],
  ] as const)('%s', async (name, format, fileCount) => {
    const folder = conformanceModel(name)
    const checkpoint = await openCheckpoint(folder)
    expect([checkpoint.name, checkpoint.format, checkpoint.files.length]).toEqual([name, format, fileCount])
    expect(checkpoint.problems).toEqual([])
    expect(checkpoint.tensors.get('model.norm.weight')?.shape.length).toBe(1)
    expect(jsonInteger(checkpoint.config?.get('num_hidden_layers'))).toBeGreaterThan(3)
    expect([...checkpoint.sidecars.keys()]).toEqual([
      'generation_config.json',
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    for (const tensor of checkpoint.tensors.values()) {
      expect((await wholeTensor(checkpoint.files, tensor)).length).toBe(tensor.byteLength)
    }
    expect(structuredClone(checkpoint).tensors).toEqual(checkpoint.tensors)
  })

  it('config.json is written back as Hugging Face wrote it', async () => {
    const folder = conformanceModel('lyra-a')
    const { config } = await openCheckpoint(folder)
    expect(config).not.toBeNull()
    expect(config && `${writeJson(config)}\n`.trim()).toBe((await folder.files.get('config.json')?.text())?.trim())
  })

  it('a single weight file of any name', async () => {
    const checkpoint = await openCheckpoint(folderOf({ 'some finetune.safetensors': shard('a', 'b') }))
    expect([...checkpoint.tensors.keys()]).toEqual(['a', 'b'])
    expect(checkpoint.problems.map(({ message }) => message)).toEqual([expect.stringContaining('no config.json')])
  })

  it('a complete set of shards without an index, with a warning', async () => {
    const checkpoint = await openCheckpoint(
      folderOf({ [FIRST]: shard('a'), [SECOND]: shard('b'), 'config.json': '{}' }),
    )
    expect([...checkpoint.tensors.values()].map(({ name, file }) => [name, file])).toEqual([
      ['a', 0],
      ['b', 1],
    ])
    expect(checkpoint.problems[0]?.message).toContain('model.safetensors.index.json is missing')
  })

  it('safetensors, where PyTorch files lie beside them, and without the trainer’s files', async () => {
    const files = {
      'model.safetensors': shard('a'),
      'pytorch_model.bin': 'x',
      'training_args.bin': 'x',
      '._model.safetensors': 'x',
    }
    expect((await openCheckpoint(folderOf(files))).files.map(({ name }) => name)).toEqual(['model.safetensors'])
  })
})

it('takes the files of a model along, and no others', async () => {
  const kept = [
    'LICENSE.txt',
    'NOTICE',
    'README.md',
    'USE_POLICY.md',
    'added_tokens.json',
    'chat_template.jinja',
    'generation_config.json',
    'merges.txt',
    'modeling_custom.py',
    'special_tokens_map.json',
    'spiece.model',
    'tokenizer.json',
    'tokenizer.model',
    'tokenizer_config.json',
    'vocab.json',
  ]
  const others = [
    'config.json',
    'model.safetensors',
    'trainer_state.json',
    'notes.txt',
    'photo.png',
    'training_args.bin',
  ]
  const folder = folderOf(Object.fromEntries([...kept, ...others].map((name) => [name, '{}'])))
  const { sidecars } = await openCheckpoint({
    ...folder,
    files: new Map(folder.files).set('model.safetensors', shard('a')),
  })
  expect([...sidecars.keys()]).toEqual(kept)
})

describe('what is wrong with a folder is said in words that name it', () => {
  it.each([
    ['nothing', {}, ['some-model', 'no files', 'symbolic links']],
    ['only a config', { 'config.json': '{}' }, ['some-model', 'symbolic links']],
    ['a GGUF file', { 'model.Q4_K_M.gguf': 'GGUF' }, ['model.Q4_K_M.gguf', 'original checkpoint']],
    ['an adapter', { 'adapter_config.json': '{}', 'adapter_model.safetensors': 'x' }, ['some-model', 'LoRA']],
    ['an unfinished download', { 'model.safetensors.incomplete': 'x' }, ['model.safetensors.incomplete', 'unfinished']],
    ['the maker’s own layout', { 'consolidated.00.pth': 'x' }, ['consolidated.00.pth', 'Hugging Face layout']],
    [
      'a git LFS pointer',
      { 'model.safetensors': 'version https://git-lfs.github.com/spec/v1\n' },
      ['model.safetensors', 'git lfs pull'],
    ],
    [
      'two models',
      { 'a.safetensors': shard('a'), 'b.safetensors': shard('b') },
      ['some-model', 'a.safetensors, b.safetensors'],
    ],
    ['half a set of shards', { [SECOND]: shard('b') }, [FIRST, 'missing', 'model.safetensors.index.json']],
    ['no tensors', { 'model.safetensors': shard() }, ['model.safetensors', 'no tensor']],
    ['a broken config', { 'model.safetensors': shard('a'), 'config.json': '{' }, ['config.json', 'JSON']],
  ] as const)('%s', async (_, files, words) => {
    const message = await refusalOf(openCheckpoint(folderOf(files)))
    for (const word of words) expect(message).toContain(word)
  })

  it('a folder of the Hugging Face cache', async () => {
    const folder = { ...folderOf({}, 'models--org--name'), folders: ['blobs', 'refs', 'snapshots'] }
    expect(await refusalOf(openCheckpoint(folder))).toContain('hf download')
  })
})

describe('a shard index is checked against the shards', () => {
  it.each([
    ['a missing shard', { a: FIRST, b: SECOND }, { [FIRST]: shard('a') }, [SECOND, 'missing', '"b"']],
    [
      'a tensor that is not where it should be',
      { a: SECOND, b: FIRST },
      { [FIRST]: shard('a'), [SECOND]: shard('b') },
      ['"a"', FIRST, SECOND],
    ],
    ['a tensor that is nowhere', { a: FIRST, c: FIRST }, { [FIRST]: shard('a') }, ['"c"', FIRST]],
    [
      'a tensor in two shards',
      { a: FIRST, b: SECOND },
      { [FIRST]: shard('a'), [SECOND]: shard('a', 'b') },
      ['"a"', FIRST, SECOND],
    ],
    ['a path', { a: '../x.safetensors' }, {}, ['"a"', '../x.safetensors', 'plain name']],
    ['nothing at all', {}, {}, ['weight_map is empty']],
  ] as const)('%s', async (_, map, shards, words) => {
    const message = await refusalOf(openCheckpoint(folderOf({ 'model.safetensors.index.json': index(map), ...shards })))
    for (const word of words) expect(message).toContain(word)
  })

  it('finds a shard whose name the file system spells with other code points', async () => {
    const files = {
      'model.safetensors.index.json': index({ a: 'mod\u00e8le.safetensors' }),
      'mode\u0300le.safetensors': shard('a'),
    }
    expect((await openCheckpoint(folderOf(files))).files[0]?.name).toBe('mode\u0300le.safetensors')
  })

  it('leaves out tensors that it does not list, with a warning', async () => {
    const files = {
      'model.safetensors.index.json': index({ a: FIRST }),
      [FIRST]: shard('a', 'extra'),
      'config.json': '{}',
    }
    const { tensors, problems } = await openCheckpoint(folderOf(files))
    expect([...tensors.keys()]).toEqual(['a'])
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('extra')])
  })
})
