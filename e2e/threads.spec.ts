import { basename, join } from 'node:path'
import { fileHashes } from './file-hashes.ts'
import { expect, test } from './fixtures.ts'
import { LLAMA_7B, tensorsOf, writeConfig } from './llama-shapes.ts'
import { writeSafetensors } from './write-safetensors.ts'

/** Matrices of half a megabyte and more: worth handing over to a thread. */
const SHAPE = { ...LLAMA_7B, layers: 2, hidden: 512, intermediate: 1024, heads: 8, keyValueHeads: 8, vocabulary: 600 }
const SLERP = (names: readonly string[]) => `merge_method: slerp
base_model: ${names[0]}
models: [{model: ${names[0]}}, {model: ${names[1]}}]
parameters: {t: [0.2, 0.7]}
dtype: float16
`
const TIES = (names: readonly string[]) => `merge_method: ties
base_model: ${names[0]}
models: [{model: ${names[1]}, parameters: {weight: 0.6, density: 0.3}}, {model: ${names[2]}, parameters: {weight: 0.5, density: 0.5}}]
dtype: float16
`

for (const [method, recipe] of [['slerp', SLERP] as const, ['ties', TIES] as const]) {
  test(`threads beside the merge’s worker write the same bytes as it does alone: ${method}`, async ({
    studio,
    makeFolder,
  }) => {
    const models = ['base', 'one', 'two'].map(makeFolder)
    for (const [turn, folder] of models.entries()) writeRandomLlama(folder, turn)
    const outputs: Record<string, string>[] = []
    const threads: string[] = []
    studio.page.context().on('request', (request) => {
      if (request.serviceWorker() === null && /\/tensor\.worker/.test(request.url())) threads.push(request.url())
    })
    for (const cores of [2, 4]) {
      await studio.page.addInitScript((count) => {
        Object.defineProperty(navigator, 'hardwareConcurrency', { configurable: true, get: () => count })
      }, cores)
      const found = threads.length
      await studio.open()
      for (const folder of models) await studio.addModel(folder)
      await studio.importRecipe(recipe(models.map((folder) => basename(folder))))
      await studio.setEngine('WebAssembly')
      const output = makeFolder(`merged-${cores}`)
      await studio.outputFolder(output)
      await studio.merge()
      await studio.waitDone()
      expect(threads.length > found, `threads were started with ${cores} cores`).toBe(cores > 2)
      outputs.push(fileHashes(output))
    }
    expect(Object.keys(outputs[0] ?? {})).toContain('model.safetensors.index.json')
    expect(outputs[1]).toEqual(outputs[0])
  })
}

/** A checkpoint of seeded F16 values between -0.5 and 0.5. */
function writeRandomLlama(folder: string, seed: number): void {
  let state = 1 + seed
  const tensors = [...tensorsOf(SHAPE)].map(([name, { dtype, shape }]) => {
    const elements = Uint16Array.from({ length: shape.reduce((product, length) => product * length, 1) }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      // A sign, an exponent below 1/2, ten bits.
      return ((state >>> 31) << 15) | ((6 + ((state >>> 20) & 7)) << 10) | ((state >>> 8) & 1023)
    })
    return [name, { dtype, shape, bytes: new Uint8Array(elements.buffer) }] as const
  })
  writeConfig(folder, SHAPE)
  writeSafetensors(join(folder, 'model.safetensors'), new Map(tensors))
}
