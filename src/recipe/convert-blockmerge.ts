import { gradientAt, isTrue, leftOver, NotConvertible, parameterLines, textAt, writtenAnew } from './convert-text.ts'
import { listInWords, quote } from './findings.ts'
import { parseGradient } from './gradient-edit.ts'
import type { Lane } from './presets.ts'
import { describeNode } from './scalar.ts'
import type { YamlMap, YamlNode } from './yaml.ts'
import { yamlText } from './yaml-source.ts'

/** Names that stand for those of any Llama, to see which operations meet. */
const LLAMA = [
  'model.embed_tokens.weight',
  ...['q', 'k', 'v', 'o'].map((part) => `model.layers.0.self_attn.${part}_proj.weight`),
  ...['gate', 'up', 'down'].map((part) => `model.layers.0.mlp.${part}_proj.weight`),
  'model.layers.0.input_layernorm.weight',
  'model.layers.0.post_attention_layernorm.weight',
  'model.norm.weight',
  'lm_head.weight',
]

/**
 * BlockMerge_Gradient: each operation spreads its values over the list of tensors that its filter matches; 1 is model 2. What no
 * operation matches stays model 1. It computes in 32 bits and stores 16.
 */
export function convertBlockMerge(text: string, root: YamlMap): { text: string; notes: readonly string[] } {
  const [base, other] = [textAt(root, 'model_path1'), textAt(root, 'model_path2')].map((path) =>
    path.replace(/(?<=.)[/\\]+$/, ''),
  )
  const lanes = lanesOf(root)
  refuseMeeting(lanes)
  const rest = lanes.some(({ filter }) => filter === null) ? [] : [{ filter: null, value: 0 }]
  const left = leftOver(root, ['model_path1', 'model_path2', 'operations', 'gradient_values', 'layer_only'])
  const notes = [
    'Converted from BlockMerge_Gradient: a list is spread over the tensors that its filter matches, and blended in a straight line.',
    ...(rest.length === 0 ? [] : ['Tensors that no operation matches stay those of the first model.']),
    ...(left.length === 0 ? [] : [`Left out, because it does not change the weights: ${listInWords(left)}.`]),
  ]
  const document = [
    'merge_method: slerp',
    `base_model: ${yamlText(base ?? '')}`,
    'models:',
    `  - model: ${yamlText(base ?? '')}`,
    `  - model: ${yamlText(other ?? '')}`,
    'parameters:',
    ...parameterLines('t', [...lanes, ...rest]),
    'dtype: float32',
    'out_dtype: float16',
  ]
  return writtenAnew(text, 'blockmerge-gradient', notes, [document])
}

function lanesOf(root: YamlMap): readonly Lane[] {
  const operations = root.entries.get('operations')?.value
  if (operations === undefined) return [laneOf(root, 'gradient_values')]
  if (operations.kind !== 'list' || operations.items.length === 0) {
    throw new NotConvertible(
      `Line ${operations.line}: operations is ${describeNode(operations)}, expected a list of operations.`,
    )
  }
  return operations.items.map((item) => {
    if (item.kind !== 'map')
      throw new NotConvertible(`Line ${item.line}: An operation is ${describeNode(item)}, expected a mapping.`)
    return laneOf(item, 'gradient_values')
  })
}

function laneOf(map: YamlMap, key: string): Lane {
  const node = map.entries.get(key)?.value
  if (node === undefined) throw new NotConvertible(`Line ${map.line}: ${key} is missing, expected a list of numbers.`)
  if (isTrue(map, 'no_layers')) {
    throw new NotConvertible(
      `Line ${map.line}: no_layers spreads a list over embedding, norm and head, which mergekit can't: write a filter for each of them.`,
    )
  }
  const written = map.entries.get('filter')?.value
  const filter =
    written?.kind === 'scalar' && written.text.trim() !== '' && written.text !== 'null' ? written.text : null
  const onlyLayers = isTrue(map, 'layer_only')
  if (onlyLayers && filter !== null && LLAMA.some((name) => name.includes(filter) && !name.includes('layer'))) {
    throw new NotConvertible(
      `Line ${map.line}: layer_only with the filter ${quote(filter)} matches less than the filter: write a filter that is part of layer names only.`,
    )
  }
  return { filter: filter ?? (onlyLayers ? 'layer' : null), value: valuesOf(node, key) }
}

/** A list, or the text of one, as on BlockMerge's command line. */
function valuesOf(node: YamlNode, key: string): Lane['value'] {
  const typed = node.kind === 'scalar' ? parseGradient(node.text) : null
  return typed ?? gradientAt(node, key)
}

/** BlockMerge blends a tensor again with every operation that matches it; here the first entry alone counts. */
function refuseMeeting(lanes: readonly Lane[]): void {
  const matches = ({ filter }: Lane, name: string) => filter === null || name.includes(filter)
  for (const [i, lane] of lanes.entries()) {
    for (const earlier of lanes.slice(0, i)) {
      const name = LLAMA.find((each) => matches(lane, each) && matches(earlier, each))
      if (name === undefined) continue
      const both = [earlier, lane].map(({ filter }) => (filter === null ? 'one without a filter' : quote(filter)))
      throw new NotConvertible(
        `Two operations (${both.join(' and ')}) match ${name}, and BlockMerge blends such tensors twice: give each tensor one operation.`,
      )
    }
  }
}
