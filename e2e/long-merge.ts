import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { LLAMA_7B, writeLlama } from './llama-shapes.ts'
import type { Studio } from './studio.ts'

/** Some 200 MB in many shards: long enough to be interrupted. */
export const SHAPE = { ...LLAMA_7B, layers: 8, hidden: 1024, intermediate: 2816, vocabulary: 2000 }

/** Writes the two models of a long merge. @returns their folders */
export function writeLong(makeFolder: (name: string) => string): [base: string, other: string] {
  const folders: [string, string] = [makeFolder('base'), makeFolder('other')]
  for (const folder of folders) writeLlama(folder, SHAPE, 2)
  return folders
}

/** A recipe that interpolates two models, which lie in these folders. @param t as the recipe writes it */
export function slerpOf(folders: readonly string[], t = '0.5'): string {
  const [base = '', other = ''] = folders.map((folder) => basename(folder))
  return `merge_method: slerp
base_model: ${base}
models: [{model: ${base}}, {model: ${other}}]
parameters: {t: ${t}}
dtype: float16
`
}

/** Opens the two models and a recipe for them, ready but for the output folder. */
export async function openLong(studio: Studio, folders: readonly string[], t?: string): Promise<void> {
  await studio.open()
  await studio.addModels(folders)
  await studio.importRecipe(slerpOf(folders, t))
  await studio.setEngine('WebAssembly')
  await studio.setShardSize('10MB')
}

/** Writes two models and opens them with a recipe, ready but for the output folder. @returns the models' folders */
export async function prepareLong(
  studio: Studio,
  makeFolder: (name: string) => string,
): Promise<[base: string, other: string]> {
  const folders = writeLong(makeFolder)
  await openLong(studio, folders)
  return folders
}

/** Shards that have content. */
export function shardsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.safetensors') && statSync(join(folder, name)).size > 0)
}
