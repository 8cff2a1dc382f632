import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { LLAMA_7B, writeLlama } from './llama-shapes.ts'
import type { Studio } from './studio.ts'

/** Some 200 MB in many shards: long enough to be interrupted. */
export const SHAPE = { ...LLAMA_7B, layers: 8, hidden: 1024, intermediate: 2816, vocabulary: 2000 }

/** Two models and a recipe, ready but for the output folder. @returns the models' folders */
export async function prepareLong(studio: Studio, makeFolder: (name: string) => string): Promise<string[]> {
  const folders = ['base', 'other'].map((name) => makeFolder(name))
  for (const folder of folders) writeLlama(folder, SHAPE, 2)
  await studio.open()
  for (const folder of folders) await studio.addModel(folder)
  const [base = '', other = ''] = folders.map((folder) => basename(folder))
  await studio.importRecipe(`merge_method: slerp
base_model: ${base}
models: [{model: ${base}}, {model: ${other}}]
parameters: {t: 0.5}
dtype: float16
`)
  await studio.setEngine('WebAssembly')
  await studio.setShardSize('10MB')
  return folders
}

/** Shards that have content. */
export function shardsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.safetensors') && statSync(join(folder, name)).size > 0)
}
