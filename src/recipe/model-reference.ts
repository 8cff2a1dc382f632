import { type Findings, quote } from './findings.ts'
import { checkKeys, MODEL_PATH_KEYS, MODEL_REFERENCE_KEYS } from './keys.ts'
import { describeNode, readText } from './scalar.ts'
import { isNull, type YamlMap, type YamlNode } from './yaml.ts'

/**
 * Reads how a recipe names a model: a path, a hub id, the name of a stage, `id@revision`, or mergekit's mapping
 * `{model: {path: …, revision: …}}`. Returns it as one text, or null after an error.
 */
export function readModelReference(node: YamlNode, key: string, line: number, findings: Findings): string | null {
  if (node.kind === 'map') return readMapping(node, key, line, findings)
  const text = node.kind === 'list' ? null : readText(node, key, line, findings)?.trim()
  if (text === undefined) return null
  if (text === null) {
    findings.error(`${key} is ${describeNode(node)}, expected the name of one model.`, line)
    return null
  }
  return checked(text, key, line, findings)
}

function readMapping(node: YamlMap, key: string, line: number, findings: Findings): string | null {
  const inner = node.entries.get('model')
  if (inner !== undefined) {
    checkKeys(node, MODEL_REFERENCE_KEYS, `the mapping of ${key}`, findings)
    const lora = node.entries.get('lora')
    if (lora !== undefined && !isNull(lora.value)) findings.error(loraMessage(key, 'lora'), lora.line)
    return readModelReference(inner.value, key, inner.line, findings)
  }
  checkKeys(node, MODEL_PATH_KEYS, `the mapping of ${key}`, findings)
  const path = node.entries.get('path')
  if (path === undefined) {
    findings.error(`${key} is ${describeNode(node)}, expected a name or a mapping with path.`, line)
    return null
  }
  const text = readText(path.value, `path of ${key}`, path.line, findings)?.trim()
  const revision = node.entries.get('revision')
  if (text === undefined || revision === undefined || isNull(revision.value)) return text ?? null
  const name = readText(revision.value, `revision of ${key}`, revision.line, findings)
  return name === null ? null : checked(`${text}@${name}`, key, line, findings)
}

function checked(text: string, key: string, line: number, findings: Findings): string | null {
  if (text.includes('+')) {
    findings.error(loraMessage(key, quote(text)), line)
    return null
  }
  const parts = text.split('@')
  if (parts.length > 2 || parts[0] === '') {
    findings.error(`${key} is ${quote(text)}, expected a name with at most one @ for a revision.`, line)
    return null
  }
  if (parts.length === 2) {
    findings.warning(
      `${key} names the revision ${quote(parts[1] ?? '')}, which is not checked: the folder that you open is used.`,
      line,
    )
  }
  return text
}

function loraMessage(key: string, found: string): string {
  return `${key} asks for a LoRA adapter (${found}), and adapters are not merged here: apply it to the model first, then name the result.`
}

/** A reference without its revision, by which stages are found. */
export function withoutRevision(reference: string): string {
  return reference.split('@')[0] ?? reference
}
