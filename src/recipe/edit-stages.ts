import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml'
import { headerEnd } from './dialect-comment.ts'
import { DTYPE_NAMES } from './dtype-name.ts'
import type { Edit } from './edit.ts'
import { removePair, setKey, setPairValue } from './edit-keys.ts'
import {
  allReferences,
  endsOf,
  moduleMaps,
  NO_BASE,
  referencesIn,
  replaceReferences,
  replaceScalar,
  userOf,
} from './edit-references.ts'
import { formatGradient, formatNumber, swapEnds } from './gradient-edit.ts'
import {
  endOf,
  keyText,
  lineEnd,
  lineStart,
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

/** The document of a stage; null is the one without a name, or the only one. */
export function stageDocument(source: YamlSource, stage: string | null): SourceDocument {
  const found = source.documents.find(({ root }) => scalarText(pairOf(root, 'name')?.value) === stage)
  const message = stage === null ? 'No stage is without a name.' : `There is no stage "${stage}".`
  if (found === undefined) throw new NotEditable(message)
  return found
}

export function setDType(source: YamlSource, { stage, key, dtype }: Of<'set-dtype'>): readonly Splice[] {
  const { root } = stageDocument(source, stage)
  return dtype === null ? removeKeys(source, root, key) : [setKey(source, root, key, DTYPE_NAMES[dtype])]
}

/** Takes a key out, each time it is there: of a doubled key the one before would count. */
export function removeKeys(source: YamlSource, map: YAMLMap, key: string): readonly Splice[] {
  return map.items.filter((pair) => keyText(pair) === key).map((pair) => removePair(source, map, pair))
}

export function renameStage(source: YamlSource, { stage, name }: Of<'rename-stage'>): readonly Splice[] {
  const document = stageDocument(source, stage)
  const { root } = document
  if (name !== null && (name.trim() === '' || /[@+]/.test(name) || name !== name.trim())) {
    throw new NotEditable('A stage needs a name without @, + and spaces at its ends.')
  }
  if (name !== null && name !== stage && names(source).includes(name)) {
    throw new NotEditable(`The name "${name}" is taken by another stage.`)
  }
  if (name !== null && allReferences(source).some(({ text }) => text === name)) {
    throw new NotEditable(`The name "${name}" is that of a model: choose another.`)
  }
  const pair = pairOf(root, 'name')
  if (name === null) {
    const user = stage === null ? null : userOf(source, stage)
    if (user !== null) throw new NotEditable(`The stage "${stage}" needs its name, because ${user} uses it.`)
    return removeKeys(source, root, 'name')
  }
  const own =
    pair === null ? putFirst(source, root, `name: ${yamlText(name)}`) : setPairValue(source, root, pair, yamlText(name))
  if (stage === null) return [own]
  return [own, ...replaceReferences(source, stage, name)]
}

export function removeStage(source: YamlSource, edit: Of<'remove-stage'>): readonly Splice[] {
  const { stage } = edit
  const document = stageDocument(source, stage)
  if (source.documents.length < 2) throw new NotEditable('This is the only stage: a recipe needs one.')
  const stand = edit.replacement ?? scalarText(pairOf(document.root, 'base_model')?.value)
  const others = { ...source, documents: source.documents.filter((other) => other !== document) }
  const user = stage === null ? null : userOf(others, stage)
  if (user !== null && stand === null) {
    throw new NotEditable(`The stage "${stage}" is used by ${user}, and it has no base model that could stand in.`)
  }
  const references = stage === null || stand === null ? [] : replaceReferences(others, stage, stand)
  return [cutDocument(source, document), ...references]
}

/** The document with one separator; the comments at the head of the text stay. */
function cutDocument({ text }: YamlSource, { root }: SourceDocument): Splice {
  const separators = [...text.matchAll(/^---(?=\s|$)/gm)].map((match) => match.index)
  const start = startOf(root)
  const before = separators.findLast((at) => at < start)
  const next = separators.find((at) => at > start)
  const head = headerEnd(text)
  if (before !== undefined && before >= head) return { from: before, to: next ?? text.length, text: '' }
  return {
    from: before === undefined ? head : before,
    to: next === undefined ? text.length : lineEnd(text, next),
    text: '',
  }
}

export function addStage(source: YamlSource, edit: Of<'add-stage'>): readonly Splice[] {
  const { newline, text, documents } = source
  if (names(source).includes(edit.name)) {
    throw new NotEditable(
      edit.name === null
        ? 'There is a final result already: give the new stage a name.'
        : `The name "${edit.name}" is taken.`,
    )
  }
  const lines = stageLines(edit)
  const written = lines.join(newline) + newline
  if (documents.length === 0)
    return [{ from: text.length, to: text.length, text: `${withBreak(text, newline)}${written}` }]
  const separators = [...text.matchAll(/^---(?=\s|$)/gm)].map((match) => match.index)
  const final = documents.find(({ root }) => scalarText(pairOf(root, 'name')?.value) === null)
  const before = final === undefined ? undefined : separators.findLast((at) => at < startOf(final.root))
  if (final !== documents[0] && before !== undefined) {
    return [{ from: before, to: before, text: `---${newline}${written}` }]
  }
  return [{ from: text.length, to: text.length, text: `${withBreak(text, newline)}---${newline}${written}` }]
}

function withBreak(text: string, newline: string): string {
  return text === '' || text.endsWith('\n') ? '' : newline
}

/** A slerp document, a line each. */
export function stageLines({ name, base, other, t = 0.5, dtype = 'F32' }: Omit<Of<'add-stage'>, 'kind'>): string[] {
  return [
    ...(name === null ? [] : [`name: ${yamlText(name)}`]),
    'merge_method: slerp',
    `base_model: ${yamlText(base)}`,
    'models:',
    `  - model: ${yamlText(base)}`,
    `  - model: ${yamlText(other)}`,
    'parameters:',
    `  t: ${formatGradient(t)}`,
    `dtype: ${DTYPE_NAMES[dtype]}`,
  ]
}

export function setModel(source: YamlSource, { stage, end, model }: Of<'set-model'>): readonly Splice[] {
  const document = stageDocument(source, stage)
  const { base, other } = endsOf(document)
  const old = end === 'base' ? base : other
  if (model === old) return []
  if (model === (end === 'base' ? other : base)) {
    throw new NotEditable(`"${model}" is the other end of this stage: swap the ends instead.`)
  }
  const references = referencesIn(document).filter(({ text }) => text === old)
  refuseShared(
    document,
    references.map(({ node }) => node),
  )
  const splices = references.map(({ node }) => replaceScalar(node, model))
  if (end === 'base' && pairOf(document.root, 'base_model') === null) throw new NotEditable(NO_BASE)
  return splices
}

export function swapStage(source: YamlSource, { stage, keepResult }: Of<'swap-ends'>): readonly Splice[] {
  const document = stageDocument(source, stage)
  const { base, other, listed } = endsOf(document)
  const bases = referencesIn(document).filter(({ key }) => key === 'base_model')
  const splices = bases.flatMap(({ node, text }) =>
    text === base ? [replaceScalar(node, other)] : text === other ? [replaceScalar(node, base)] : [],
  )
  // A base model that is not listed must be, now that it is the other.
  if (!listed) {
    const entries = referencesIn(document).filter(({ key, text }) => key === 'model' && text === other)
    splices.push(...entries.map(({ node }) => replaceScalar(node, base)))
  }
  return keepResult ? [...splices, ...mirrorT(document)] : splices
}

/** Every number of every `t` of a document becomes 1 - t. */
function mirrorT(document: SourceDocument): readonly Splice[] {
  const owners: YAMLMap[] = [document.root, ...moduleMaps(document.root).values()]
  for (const owner of [...owners]) {
    const slices = pairOf(owner, 'slices')?.value
    if (isSeq(slices)) owners.push(...slices.items.filter((item): item is YAMLMap => isMap(item)))
  }
  const splices: Splice[] = []
  for (const owner of owners) {
    const parameters = pairOf(owner, 'parameters')?.value
    const t = isMap(parameters) ? pairOf(parameters, 't')?.value : undefined
    const lanes = isSeq(t) && t.items.some((item) => isMap(item)) ? t.items : null
    const values = lanes === null ? [t] : lanes.map((lane) => (isMap(lane) ? pairOf(lane, 'value')?.value : undefined))
    refuseShared(document, [parameters, t, ...(lanes ?? []), ...values])
    for (const node of values.flatMap((value) => (isSeq(value) ? value.items : [value]))) {
      if (!isScalar(node)) continue
      const mirrored = swapEnds(Number(scalarText(node)))
      splices.push({
        from: startOf(node),
        to: endOf(node),
        text: formatNumber(typeof mirrored === 'number' ? mirrored : 0),
      })
    }
  }
  return splices
}

function names(source: YamlSource): readonly (string | null)[] {
  return source.documents.map(({ root }) => scalarText(pairOf(root, 'name')?.value))
}

/** A new first key of a document. */
function putFirst({ text, newline }: YamlSource, root: YAMLMap, line: string): Splice {
  const first = startOf(root.items[0]?.key)
  if (root.flow === true) return { from: first, to: first, text: `${line}, ` }
  const at = lineStart(text, first)
  const onOwnLine = text.slice(at, first).trim() === ''
  return { from: first, to: first, text: onOwnLine ? line + newline : `${line}, ` }
}

export function replaceModel(source: YamlSource, { model, by }: Of<'replace-model'>): readonly Splice[] {
  const references = allReferences(source).filter(({ text }) => text === model)
  if (references.length === 0) throw new NotEditable(`No stage uses "${model}".`)
  return references.map(({ node }) => replaceScalar(node, by))
}
