import { convertBlockMerge } from './convert-blockmerge.ts'
import { cardRecipe } from './convert-card.ts'
import { convertLayerSlices } from './convert-mergekit.ts'
import { convertMlx, namePlainModels } from './convert-mlx.ts'
import { NotConvertible } from './convert-text.ts'
import { Findings } from './findings.ts'
import { readYaml, type YamlMap } from './yaml.ts'
import { NotEditable } from './yaml-source.ts'

/** A recipe of another tool, written as one of mergekit; what was done is in `notes`, a sentence each, and in the text's head. */
export type Converted =
  | {
      readonly text: string
      readonly notes: readonly string[]
      /** Lines of the original before the first one of `text`; left out where lines don't correspond. */
      readonly before?: number
    }
  | { readonly problem: string }

/**
 * Writes a recipe of another tool, or of an older mergekit, as one that is read here: old `layer_slices`, BlockMerge's `operations` and
 * `gradient_values` and lists of plain names as mlx_lm.merge has them; out of a model card it takes the block of code that is the recipe.
 * The original stays in the text as a comment where it was written anew.
 * @returns null where the text is none of these: it is then read as it is
 */
export function convertRecipe(text: string): Converted | null {
  try {
    const card = cardRecipe(text)
    if (card === null) return convertYaml(text)
    const converted = convertYaml(card.text)
    if (converted === null) {
      const { before } = card
      return { text: card.text, notes: [card.note], ...(before === null ? {} : { before }) }
    }
    return 'problem' in converted ? converted : { text: converted.text, notes: [card.note, ...converted.notes] }
  } catch (cause) {
    if (cause instanceof NotConvertible || cause instanceof NotEditable) return { problem: cause.message }
    throw cause
  }
}

function convertYaml(text: string): Converted | null {
  const findings = new Findings()
  const documents = readYaml(text, findings)
  const [root] = documents
  if (findings.errorCount > 0 || root?.kind !== 'map') return null
  const converted = documents.length === 1 ? convertDocument(text, root) : null
  return converted ?? namePlainModels(text)
}

function convertDocument(text: string, root: YamlMap): Converted | null {
  const has = (...keys: string[]) => keys.some((key) => root.entries.has(key))
  if (has('layer_slices')) return convertLayerSlices(text, root)
  if (has('operations', 'gradient_values', 'model_path1', 'model_path2') && !has('merge_method')) {
    return convertBlockMerge(text, root)
  }
  if (has('method') && !has('merge_method')) return convertMlx(text, root)
  if (has('experts') && !has('merge_method')) {
    throw new NotConvertible(
      'This is a recipe of mergekit-moe: experts make a mixture of experts out of whole models, and nothing is merged that could be done here.',
    )
  }
  if (has('genome') && !has('merge_method')) {
    throw new NotConvertible(
      'This is a configuration of mergekit-evolve, which searches for a recipe: import the recipe that it found.',
    )
  }
  return null
}
