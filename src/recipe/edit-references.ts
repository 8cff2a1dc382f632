import { isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml'
import { withoutRevision } from './model-reference.ts'
import {
  endOf,
  keyText,
  NotEditable,
  pairOf,
  type SourceDocument,
  type Splice,
  scalarText,
  startOf,
  type YamlSource,
  yamlText,
} from './yaml-source.ts'

/** A place of a text that names a model or a stage. */
export interface Reference {
  readonly key: 'base_model' | 'model'
  readonly text: string
  readonly node: Scalar
}

export const NO_BASE = 'The stage has no base_model of its own: write one in the text first.'

/** Base and other model of a slerp document with two models. `listed`: the base model stands among models or sources too. */
export function endsOf(document: SourceDocument): { base: string; other: string; listed: boolean } {
  const references = referencesIn(document)
  const base = references.find(({ key }) => key === 'base_model')?.text
  if (base === undefined) throw new NotEditable(NO_BASE)
  const models = [...new Set(references.filter(({ key }) => key === 'model').map(({ text }) => text))]
  const others = models.filter((model) => model !== base)
  const [other] = others
  if (other === undefined || others.length > 1) {
    throw new NotEditable('The stage does not have exactly two models: change its models in the text.')
  }
  return { base, other, listed: models.includes(base) }
}

/** Every reference of a document, in the order of the text. */
export function referencesIn({ root }: SourceDocument): readonly Reference[] {
  const found: Reference[] = []
  const add = (key: Reference['key'], pair: Pair | null): void => {
    let node = pair?.value
    // mergekit's dumper writes {model: {path: NAME}}.
    for (let depth = 0; depth < 3 && isMap(node); depth++) node = (pairOf(node, 'model') ?? pairOf(node, 'path'))?.value
    const text = scalarText(node)
    if (text !== null && isScalar(node)) found.push({ key, text, node })
  }
  const entries = (map: YAMLMap, key: string): YAMLMap[] => {
    const list = pairOf(map, key)?.value
    return isSeq(list) ? list.items.filter((item): item is YAMLMap => isMap(item)) : []
  }
  add('base_model', pairOf(root, 'base_model'))
  for (const owner of [root, ...moduleMaps(root).values()]) {
    for (const entry of entries(owner, 'models')) add('model', pairOf(entry, 'model'))
    for (const slice of entries(owner, 'slices')) {
      add('base_model', pairOf(slice, 'base_model'))
      for (const entry of entries(slice, 'sources')) add('model', pairOf(entry, 'model'))
    }
  }
  return found
}

/** The mappings under `modules`, by name. */
export function moduleMaps(root: YAMLMap): ReadonlyMap<string, YAMLMap> {
  const modules = pairOf(root, 'modules')?.value
  const pairs = isMap(modules) ? modules.items : []
  return new Map(pairs.flatMap((pair) => (isMap(pair.value) ? [[keyText(pair), pair.value] as const] : [])))
}

export function allReferences(source: YamlSource): readonly Reference[] {
  return source.documents.flatMap(referencesIn)
}

/** A stage that uses another, in words. */
export function userOf(source: YamlSource, stage: string): string | null {
  const user = source.documents.find((document) =>
    referencesIn(document).some(({ text }) => withoutRevision(text) === stage),
  )
  if (user === undefined) return null
  const name = scalarText(pairOf(user.root, 'name')?.value)
  return name === null ? 'the final result' : `the stage "${name}"`
}

export function replaceReferences(source: YamlSource, stage: string, by: string): readonly Splice[] {
  return source.documents.flatMap((document) =>
    referencesIn(document)
      .filter(({ text }) => withoutRevision(text) === stage)
      .map(({ node, text }) => replaceScalar(node, by + text.slice(stage.length))),
  )
}

export function replaceScalar(node: Scalar, text: string): Splice {
  return { from: startOf(node), to: endOf(node), text: yamlText(text) }
}
