import { parseLayerName } from './tensor-name.ts'

/** More than any model has layers; a range beyond is a slip. */
const MAX_RANGE = 200

/** Words and runs of words between the dots of tensor names, which are what filters are made of: `self_attn`, `mlp.up_proj`, `model.norm`. */
export function filterCandidates(names: readonly string[]): readonly string[] {
  const found = new Set<string>()
  for (const name of names) {
    const parsed = parseLayerName(name)
    const words = (parsed?.part ?? name).split('.').filter((word) => word !== 'weight' && word !== 'bias')
    for (let from = 0; from < words.length; from++) {
      for (let to = from + 1; to <= words.length; to++) found.add(words.slice(from, to).join('.'))
    }
  }
  found.delete('model')
  return [...found]
}

/** `layers.0-5`, `model.layers.[0-5]`, `layers.0:6` as one filter a layer, both ends included; null where a filter is no range. */
export function rangeOf(filter: string): readonly string[] | null {
  const match = /^(.*\b(?:layers|h|blocks)\.)[[({]?(\d{1,4})\s*(?:-|–|\.\.|:|,)\s*(\d{1,4})[\])}]?(?:\.(.*))?$/.exec(
    filter,
  )
  if (match === null) return null
  const [from, to] = [Number(match[2]), Number(match[3])]
  if (to < from || to - from >= MAX_RANGE) return null
  return Array.from({ length: to - from + 1 }, (_, i) => `${match[1]}${from + i}.${match[4] ?? ''}`)
}
