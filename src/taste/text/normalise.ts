import { type JsonObject, type JsonValue, jsonArray, jsonObject, jsonString } from '../../formats/json.ts'
import { unknownPart } from './unknown-part.ts'

export type TextStep = (text: string) => string

const FORMS: ReadonlyMap<string, 'NFC' | 'NFD' | 'NFKC' | 'NFKD'> = new Map([
  ['NFC', 'NFC'],
  ['NFD', 'NFD'],
  ['NFKC', 'NFKC'],
  ['NFKD', 'NFKD'],
])

/**
 * The normalizer of a tokenizer.json, run on each stretch of text between added tokens.
 * @throws StudioError for a kind that is not known
 */
export function readNormalizer(value: JsonValue | undefined, file: string): TextStep {
  const step = jsonObject(value)
  if (step === null) return (text) => text
  const type = jsonString(step.get('type')) ?? ''
  const form = FORMS.get(type)
  if (form !== undefined) return (text) => text.normalize(form)
  if (type === 'Lowercase') return (text) => text.toLowerCase()
  if (type === 'Sequence') {
    const steps = (jsonArray(step.get('normalizers')) ?? []).map((part) => readNormalizer(part, file))
    return (text) => steps.reduce((result, next) => next(result), text)
  }
  if (type === 'Prepend') {
    const prefix = jsonString(step.get('prepend')) ?? ''
    return (text) => (text === '' ? text : prefix + text)
  }
  const replaced = type === 'Replace' ? replacement(step) : null
  if (replaced !== null) return replaced
  throw unknownPart('normalizer', step, file)
}

/** Replaces a literal text; null where the step replaces a pattern. */
export function replacement(step: JsonObject): TextStep | null {
  const literal = jsonString(jsonObject(step.get('pattern'))?.get('String'))
  const content = jsonString(step.get('content'))
  return literal === null || content === null ? null : (text) => text.replaceAll(literal, () => content)
}
