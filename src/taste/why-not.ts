import { StudioError } from '../problem.ts'
import { readLlamaConfig } from './llama/llama-config.ts'
import type { TasteInput } from './tasting.ts'

/** Largest checkpoint that is tasted: its weights are in memory once more, beside those of the others. */
export const TASTE_LIMIT_BYTES = 512 * 2 ** 20

/** Why a checkpoint cannot be tasted, in a sentence; null where nothing is in the way as far as its headers tell. */
export function whyNoTaste({ name, config, files, sidecars }: TasteInput): string | null {
  const bytes = files.reduce((sum, { blob }) => sum + blob.size, 0)
  if (bytes > TASTE_LIMIT_BYTES) {
    return `${name} has ${inMebibytes(bytes)} of weights, and the panel runs models up to ${inMebibytes(TASTE_LIMIT_BYTES)} in the tab; merge it, and let a program with a GPU speak for it.`
  }
  if (config === null) return `${name} has no config.json, which describes its architecture: it cannot be tasted.`
  if (!sidecars.has('tokenizer.json'))
    return `${name} has no tokenizer.json, and text is read with nothing else: it cannot be tasted, merging it works.`
  try {
    readLlamaConfig(config)
    return null
  } catch (cause) {
    if (cause instanceof StudioError) return `${name}: ${cause.message}`
    throw cause
  }
}

function inMebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}
