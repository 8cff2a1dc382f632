import { isMap, isScalar } from 'yaml'
import { gradientAt, leftOver, NotConvertible, parameterLines, textAt, writtenAnew } from './convert-text.ts'
import { listInWords, quote } from './findings.ts'
import type { Lane } from './presets.ts'
import { describeNode } from './scalar.ts'
import type { YamlMap } from './yaml.ts'
import { openSource, pairOf, scalarText, seqAt, splice, startOf, yamlText } from './yaml-source.ts'

/** mlx compares a filter with the names of a layer's modules, so that none of these ever matches. */
const NO_MODULE = /\.|_proj$|^weight$|^\*$/

/**
 * mlx_lm.merge: the first model is t = 0; each further one is merged into the result so far with the same t. The last entry is the
 * default, whatever filter it has; a filter is the name of a module of a layer.
 */
export function convertMlx(text: string, root: YamlMap): { text: string; notes: readonly string[] } {
  const method = textAt(root, 'method')
  if (method !== 'slerp') throw new NotConvertible(`method is ${quote(method)}, and mlx_lm.merge knows slerp alone.`)
  const [base, ...others] = modelsOf(root)
  if (base === undefined || others.length === 0)
    throw new NotConvertible('models has fewer than two names, expected two at least.')
  const { lanes, unmatched } = lanesOf(root)
  const left = leftOver(root, ['models', 'method', 'parameters'])
  const notes = [
    'Converted from mlx_lm.merge: a list is spread over the layers with end points repeated; embed_tokens, the final norm and lm_head stay those of the first model.',
    ...(others.length === 1 ? [] : ['Each further model is merged into the result so far, a stage each.']),
    ...(unmatched.length === 0
      ? []
      : [`Left out, because mlx matches whole names of modules: ${listInWords(unmatched.map(quote))}.`]),
    ...(left.length === 0 ? [] : [`Left out, because it does not change the weights: ${listInWords(left)}.`]),
  ]
  const documents = others.map((other, i) => {
    const start = i === 0 ? base : `step${i}`
    return [
      ...(i === others.length - 1 ? [] : [`name: step${i + 1}`]),
      'merge_method: slerp',
      `base_model: ${yamlText(start)}`,
      'models:',
      `  - model: ${yamlText(start)}`,
      `  - model: ${yamlText(other)}`,
      'parameters:',
      ...parameterLines('t', lanes),
    ]
  })
  return writtenAnew(text, 'mlx', notes, documents)
}

function modelsOf(root: YamlMap): readonly string[] {
  const list = root.entries.get('models')?.value
  if (list?.kind !== 'list') throw new NotConvertible('models is missing, expected a list of names.')
  return list.items.map((item) => {
    if (item.kind === 'scalar') return item.text.trim()
    if (item.kind === 'map') return textAt(item, 'model')
    throw new NotConvertible(`Line ${item.line}: An entry of models is ${describeNode(item)}, expected a name.`)
  })
}

function lanesOf(root: YamlMap): { readonly lanes: readonly Lane[]; readonly unmatched: readonly string[] } {
  const parameters = root.entries.get('parameters')?.value
  const t = parameters?.kind === 'map' ? parameters.entries.get('t')?.value : undefined
  if (t === undefined)
    throw new NotConvertible('t is missing under parameters, expected a number or a list of entries with value.')
  if (t.kind !== 'list' || t.items.every((item) => item.kind === 'scalar')) {
    return { lanes: [{ filter: null, value: gradientAt(t, 't') }], unmatched: [] }
  }
  const lanes = t.items.map((item, i): Lane => {
    const value = item.kind === 'map' ? item.entries.get('value')?.value : undefined
    if (item.kind !== 'map' || value === undefined)
      throw new NotConvertible(`Line ${item.line}: An entry of t has no value.`)
    const isLast = i === t.items.length - 1
    return { filter: isLast ? null : textAt(item, 'filter'), value: gradientAt(value, 'value') }
  })
  const matched = lanes.filter(({ filter }) => filter === null || !NO_MODULE.test(filter))
  return {
    lanes: matched,
    unmatched: lanes.flatMap(({ filter }) => (filter !== null && NO_MODULE.test(filter) ? [filter] : [])),
  }
}

/** Plain names under `models` of an otherwise ordinary recipe: `- org/a` becomes `- model: org/a`, where it stands. */
export function namePlainModels(text: string): { text: string; notes: readonly string[]; before: number } | null {
  const source = openSource(text)
  const splices = source.documents.flatMap(({ root }) => {
    if (pairOf(root, 'merge_method') === null) return []
    const models = seqAt(root, 'models')
    return (models?.items ?? []).flatMap((item) => {
      if (isMap(item) || !isScalar(item) || scalarText(item) === null) return []
      const inFlow = models?.flow === true
      const at = startOf(item)
      return inFlow
        ? [
            { from: at, to: at, text: '{model: ' },
            { from: item.range?.[1] ?? at, to: item.range?.[1] ?? at, text: '}' },
          ]
        : [{ from: at, to: at, text: 'model: ' }]
    })
  })
  if (splices.length === 0) return null
  return {
    text: splice(text, splices),
    before: 0,
    notes: ['Plain names under models were given the key model, which mergekit asks for.'],
  }
}
