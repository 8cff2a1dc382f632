import { convertBlockMerge } from './convert-blockmerge.ts'
import { convertLayerSlices } from './convert-mergekit.ts'
import { convertMlx, namePlainModels } from './convert-mlx.ts'
import { NotConvertible } from './convert-text.ts'
import { Findings } from './findings.ts'
import { readYaml, type YamlMap } from './yaml.ts'
import { NotEditable } from './yaml-source.ts'

/** A recipe of another tool, written as one of mergekit; what was done is in `notes`, a sentence each, and in the text's head. */
export type Converted = { readonly text: string; readonly notes: readonly string[] } | { readonly problem: string }

/**
 * Writes a recipe of another tool, or of an older mergekit, as one that is read here: old `layer_slices`, BlockMerge's `operations` and
 * `gradient_values` and lists of plain names as mlx_lm.merge has them. The original stays in the
 * text as a comment where it was written anew.
 * @returns null where the text is none of these: it is then read as it is
 */
export function convertRecipe(text: string): Converted | null {
  const findings = new Findings()
  const documents = readYaml(text, findings)
  const [root] = documents
  if (findings.errorCount > 0 || root?.kind !== 'map') return null
  try {
    const converted = documents.length === 1 ? convertDocument(text, root) : null
    return converted ?? namePlainModels(text)
  } catch (cause) {
    if (cause instanceof NotConvertible || cause instanceof NotEditable) return { problem: cause.message }
    throw cause
  }
}

function convertDocument(text: string, root: YamlMap): Converted | null {
  const has = (...keys: string[]) => keys.some((key) => root.entries.has(key))
  if (has('layer_slices')) return convertLayerSlices(text, root)
  if (has('operations', 'gradient_values', 'model_path1', 'model_path2') && !has('merge_method')) {
    return convertBlockMerge(text, root)
  }
  if (has('method') && !has('merge_method')) return convertMlx(text, root)
  return null
}
