import { isMap, type Pair, type YAMLMap } from 'yaml'
import type { Edit } from './edit.ts'
import { pairEnd, setKey } from './edit-keys.ts'
import { removeKeys, stageDocument } from './edit-stages.ts'
import {
  isEmptyValue,
  mapAt,
  NotEditable,
  pairOf,
  refuseShared,
  type SourceDocument,
  type Splice,
  scalarText,
  startOf,
  type YamlSource,
  yamlText,
} from './yaml-source.ts'

type Of<Kind extends Edit['kind']> = Extract<Edit, { readonly kind: Kind }>

const OLD = 'tokenizer_source'
const BLOCK = 'tokenizer'
const PAD = 'pad_to_multiple_of'

/** Writes whose tokens a stage's result has: into its `tokenizer` mapping where it has one, else as `tokenizer_source`. */
export function setVocabulary(source: YamlSource, { stage, tokens }: Of<'set-vocabulary'>): readonly Splice[] {
  const document = stageDocument(source, stage)
  const { root } = document
  if (tokens === 'common') return [...removeKeys(source, root, OLD), ...removeKeys(source, root, BLOCK)]
  const text = yamlText(typeof tokens === 'object' ? tokens.model : tokens)
  const block = blockOf(document)
  return [block === null ? setKey(source, root, OLD, text) : setKey(source, block, 'source', text)]
}

/** Writes the multiple that rows are padded to, which only the `tokenizer` mapping has: `tokenizer_source` becomes one. */
export function setPadding(source: YamlSource, { stage, multiple }: Of<'set-padding'>): readonly Splice[] {
  const document = stageDocument(source, stage)
  const { root } = document
  const block = blockOf(document)
  if (block !== null)
    return multiple === null ? removeKeys(source, block, PAD) : [setKey(source, block, PAD, String(multiple))]
  if (multiple === null) return []
  const old = pairOf(root, OLD)
  const tokens = scalarText(old?.value)
  if (old === null || tokens === null)
    throw new NotEditable(
      'Rows are padded where they are arranged by token: choose the base model’s rows or the union by token first.',
    )
  const text = `${BLOCK}: {source: ${yamlText(tokens)}, ${PAD}: ${multiple}}`
  return [{ from: startOf(old.key), to: pairEnd(source.text, old), text }]
}

export function setChatTemplate(source: YamlSource, { stage, template }: Of<'set-chat-template'>): readonly Splice[] {
  const { root } = stageDocument(source, stage)
  return template === null
    ? removeKeys(source, root, 'chat_template')
    : [setKey(source, root, 'chat_template', yamlText(template))]
}

/** The document's `tokenizer` mapping; null where it has none, or an empty one. */
function blockOf(document: SourceDocument): YAMLMap | null {
  const pair: Pair | null = pairOf(document.root, BLOCK)
  if (pair === null || isEmptyValue(pair)) return null
  const block = mapAt(document.root, BLOCK)
  refuseShared(document, [block])
  return isMap(block) && block.items.length > 0 ? block : null
}
