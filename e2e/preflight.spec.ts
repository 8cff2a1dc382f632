import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './fixtures.ts'
import { writeTokenModel } from './token-models.ts'
import { type TensorBytes, writeSafetensors } from './write-safetensors.ts'

const tensor = (dtype: string, bytes: number): TensorBytes => ({ dtype, shape: [1], bytes: new Uint8Array(bytes) })

/** A folder, and words that its refusal must have. */
const REFUSED: readonly (readonly [what: string, make: (folder: string) => void, words: readonly string[]])[] = [
  [
    'a GPTQ model',
    (folder) => {
      const at = 'model.layers.0.self_attn.q_proj'
      const parts = new Map([
        [`${at}.g_idx`, tensor('I32', 4)],
        [`${at}.qweight`, tensor('I32', 4)],
        [`${at}.scales`, tensor('F16', 2)],
      ])
      writeTokenModel(folder, ['a'], 1, parts)
    },
    ['quantised (GPTQ', 'take the original checkpoint'],
  ],
  [
    'an adapter',
    (folder) => {
      writeFileSync(join(folder, 'adapter_config.json'), '{}')
      writeSafetensors(join(folder, 'adapter_model.safetensors'), new Map([['x', tensor('F16', 2)]]))
    },
    ['adapter (LoRA)', 'merge_and_unload()'],
  ],
  [
    'an interrupted download',
    (folder) => {
      writeTokenModel(folder, ['a'], 1)
      writeFileSync(join(folder, 'model.safetensors.aria2'), 'x')
    },
    ['model.safetensors', 'not finished', 'aria2'],
  ],
  [
    'weights that are a git LFS pointer',
    (folder) => {
      writeTokenModel(folder, ['a'], 1)
      rmSync(join(folder, 'model.safetensors'))
      writeFileSync(join(folder, 'model.safetensors'), 'version https://git-lfs.github.com/spec/v1\n')
    },
    ['model.safetensors', 'git lfs pull'],
  ],
  [
    'a folder of models',
    (folder) => {
      writeFileSync(join(folder, 'README.md'), '#')
      writeTokenModel(join(folder, 'chat'), ['a'], 1)
    },
    ['folders (chat)', 'open the one of them that holds the weights'],
  ],
  ['an empty folder', () => undefined, ['shows no files', 'symbolic links']],
]

for (const [what, make, words] of REFUSED)
  test(`${what} is refused at once, in a sentence that says what to do`, async ({ studio, makeFolder }) => {
    const folder = makeFolder('model')
    make(folder)
    await studio.open()
    await studio.offerModel(folder)
    await studio.waitForError(...words)
    expect(await studio.mergeButton.isEnabled()).toBe(false)
  })

test('missing tensors are listed by name and count before the merge', async ({ studio, makeFolder }) => {
  const parent = makeFolder('models')
  const extra = ['b', 'c', 'd', 'e'].map((name) => [`model.layers.0.mlp.${name}`, tensor('BF16', 2)] as const)
  writeTokenModel(join(parent, 'first'), ['a'], 1)
  writeTokenModel(join(parent, 'second'), ['a'], 2, new Map(extra))
  await studio.open()
  for (const name of ['first', 'second']) await studio.addModel(join(parent, name))
  await studio.importRecipe(
    'merge_method: slerp\nbase_model: first\nmodels: [{model: first}, {model: second}]\nparameters: {t: 0.5}\n',
  )
  await studio.waitForError('"first" lacks 4 tensors', 'model.layers.0.mlp.b', 'and 1 more')
})
