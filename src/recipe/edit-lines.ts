import { isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml'
import type { Edit } from './edit.ts'
import { endOf, keyText, NotEditable, type Splice, startOf, type YamlSource } from './yaml-source.ts'

/** A key and the mapping it is in, by the line it stands in. */
export function findPair(source: YamlSource, line: number, key: string): { map: YAMLMap; pair: Pair } {
  const isAt = inLine(source, line)
  const search = (node: unknown): { map: YAMLMap; pair: Pair } | null => {
    if (!isMap(node))
      return childrenOf(node).reduce<ReturnType<typeof search>>((hit, child) => hit ?? search(child), null)
    for (const pair of node.items) {
      if (isScalar(pair.key) && keyText(pair) === key && isAt(startOf(pair.key))) return { map: node, pair }
      const below = search(pair.value)
      if (below !== null) return below
    }
    return null
  }
  for (const { root } of source.documents) {
    const hit = search(root)
    if (hit !== null) return hit
  }
  throw new NotEditable(`There is no key ${key} in line ${line}.`)
}

export function renameKey({ pair }: { readonly pair: Pair }, to: string): Splice {
  return { from: startOf(pair.key), to: endOf(pair.key), text: to }
}

/** Writes one plain value of a line in another way. */
export function setScalar(source: YamlSource, { line, value, to }: Extract<Edit, { kind: 'set-scalar' }>): Splice {
  const isAt = inLine(source, line)
  const search = (node: unknown): Scalar | null => {
    if (isScalar(node)) return String(node.value) === value && isAt(startOf(node)) ? node : null
    return childrenOf(node).reduce<Scalar | null>((hit, child) => hit ?? search(child), null)
  }
  for (const { root } of source.documents) {
    const hit = search(root)
    if (hit !== null) return { from: startOf(hit), to: endOf(hit), text: to }
  }
  throw new NotEditable(`There is no value ${value} in line ${line}.`)
}

function childrenOf(node: unknown): readonly unknown[] {
  if (isSeq(node)) return node.items
  return isMap(node) ? node.items.map(({ value }) => value) : []
}

function inLine({ text }: YamlSource, line: number): (offset: number) => boolean {
  const lines = text.split('\n')
  const from = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0)
  const to = from + (lines[line - 1]?.length ?? 0)
  return (offset) => offset >= from && offset <= to
}
