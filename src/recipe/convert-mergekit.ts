import { gradientAt, leftOver, NotConvertible, parameterLines, textAt, writtenAnew } from './convert-text.ts'
import { listInWords } from './findings.ts'
import { describeNode } from './scalar.ts'
import type { YamlMap } from './yaml.ts'
import { yamlText } from './yaml-source.ts'

/** `layer_slices` of mergekit before September 2023: layers stacked; `scale` holds for down_proj alone. */
export function convertLayerSlices(text: string, root: YamlMap): { text: string; notes: readonly string[] } {
  const list = root.entries.get('layer_slices')?.value
  if (list?.kind !== 'list' || list.items.length === 0) {
    throw new NotConvertible(
      `layer_slices is ${list === undefined ? 'missing' : describeNode(list)}, expected a list of slices.`,
    )
  }
  const slices = list.items.flatMap((item) => {
    if (item.kind !== 'map')
      throw new NotConvertible(`Line ${item.line}: A slice is ${describeNode(item)}, expected a mapping.`)
    const scale = item.entries.get('scale')?.value
    const scaled =
      scale === undefined
        ? []
        : [
            { filter: 'down_proj', value: gradientAt(scale, 'scale') },
            { filter: null, value: 1 },
          ]
    return [
      '  - sources:',
      `      - model: ${yamlText(textAt(item, 'model'))}`,
      `        layer_range: [${textAt(item, 'start')}, ${textAt(item, 'end')}]`,
      ...(scale === undefined ? [] : ['        parameters:', ...parameterLines('scale', scaled, '          ')]),
    ]
  })
  const left = leftOver(root, ['layer_slices'])
  const notes = [
    'Converted from layer_slices, the form of mergekit before September 2023.',
    ...(left.length === 0
      ? []
      : [`Left out: ${listInWords(left)}; the embedding is that of the first slice, norm and head those of the last.`]),
  ]
  return writtenAnew(text, 'mergekit', notes, [['slices:', ...slices, 'merge_method: passthrough']])
}
