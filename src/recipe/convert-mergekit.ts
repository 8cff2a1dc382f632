import { isMap } from 'yaml'
import { gradientAt, leftOver, NotConvertible, parameterLines, textAt, writtenAnew } from './convert-text.ts'
import { listInWords, quote } from './findings.ts'
import { describeNode } from './scalar.ts'
import type { YamlMap } from './yaml.ts'
import { endOf, lineEnd, lineStart, mapAt, openSource, pairOf, splice, startOf, yamlText } from './yaml-source.ts'

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

/** `modules` with a single one: what it has moves to the document, which means the same. */
export function convertModules(text: string, root: YamlMap): { text: string; notes: readonly string[] } {
  const node = root.entries.get('modules')?.value
  const modules = node?.kind === 'map' ? [...node.entries.values()] : []
  const [only, another] = modules
  if (only === undefined || another !== undefined || only.value.kind !== 'map') {
    const names = listInWords(modules.map(({ key }) => quote(key)))
    throw new NotConvertible(
      `modules has ${names || 'no module'}, and only a recipe with a single module is supported.`,
    )
  }
  const both = [...only.value.entries.keys()].filter((key) => root.entries.has(key))
  if (both.length > 0) {
    throw new NotConvertible(
      `The module ${quote(only.key)} has ${listInWords(both)}, and so has the document: keep one of them.`,
    )
  }
  const source = openSource(text)
  const document = source.documents[0]
  const outer = document === undefined ? null : mapAt(document.root, 'modules')
  const inner = outer === null ? null : mapAt(outer, only.key)
  const pair = document === undefined ? null : pairOf(document.root, 'modules')
  if (!isMap(inner) || pair === null || inner.flow === true || document?.root.flow === true) {
    throw new NotConvertible('modules is written in braces: write it in lines, or move what is in it to the document.')
  }
  const [from, to] = [lineStart(text, startOf(pair.key)), lineEnd(text, endOf(inner))]
  const start = lineStart(text, startOf(inner.items[0]?.key))
  const indent = startOf(inner.items[0]?.key) - start
  const lifted = text.slice(start, to).replace(new RegExp(`^ {1,${indent}}`, 'gm'), '')
  return {
    text: splice(text, [{ from, to, text: lifted }]),
    notes: [
      `The module ${quote(only.key)} is the only one, so that what it has moved to the document, which means the same.`,
    ],
  }
}
