import { editTokenizerFile } from '../formats/tokenizer-edit.ts'
import type { PlannedFile } from '../plan/plan.ts'
import type { TasteInput } from './tasting.ts'

const WANTED: ReadonlySet<string> = new Set(['config.json', 'generation_config.json', 'tokenizer.json'])

/**
 * Those files of the merged model that tasting needs, as the merge would write them.
 * @param inputs by checkpoint of the plan
 */
export async function tasteFiles(
  files: readonly PlannedFile[],
  inputs: readonly Pick<TasteInput, 'sidecars'>[],
): Promise<Map<string, Blob>> {
  const made = new Map<string, Blob>()
  for (const file of files) {
    if (!WANTED.has(file.name)) continue
    if ('text' in file) made.set(file.name, new Blob([file.text]))
    else {
      const blob = inputs[file.checkpoint]?.sidecars.get(file.file)
      if (blob === undefined) continue
      if (file.edit === undefined) made.set(file.name, blob)
      else {
        const bytes = new Uint8Array(await blob.arrayBuffer())
        made.set(file.name, new Blob([editTokenizerFile(file.name, bytes, file.edit)]))
      }
    }
  }
  return made
}
