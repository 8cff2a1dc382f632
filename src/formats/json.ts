/** A JSON number as written, so that integers beyond 2^53 and every digit of a float survive a round trip. */
export interface JsonNumber {
  readonly raw: string
}
export type JsonObject = ReadonlyMap<string, JsonValue>
export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject

/** An absent member of an object reads as `undefined`, and every getter below answers null for it. */
type Maybe = JsonValue | undefined

export function jsonObject(value: Maybe): JsonObject | null {
  return value instanceof Map ? value : null
}

export function jsonArray(value: Maybe): readonly JsonValue[] | null {
  return Array.isArray(value) ? value : null
}

export function jsonString(value: Maybe): string | null {
  return typeof value === 'string' ? value : null
}

export function jsonBoolean(value: Maybe): boolean | null {
  return typeof value === 'boolean' ? value : null
}

function isJsonNumber(value: Maybe): value is JsonNumber {
  return typeof value === 'object' && value !== null && 'raw' in value
}

/** The nearest double; null where the value is no number or overflows. */
export function jsonNumber(value: Maybe): number | null {
  if (!isJsonNumber(value)) return null
  const number = Number(value.raw)
  return Number.isFinite(number) ? number : null
}

/** An integer that a double holds exactly and that is written as one: not `4.0`, not `1e3`, nothing beyond 2^53. */
export function jsonInteger(value: Maybe): number | null {
  if (!isJsonNumber(value) || !/^-?\d+$/.test(value.raw)) return null
  const number = Number(value.raw)
  return Number.isSafeInteger(number) ? number : null
}

/** A number as JSON writes it. Throws on NaN and infinities, which JSON lacks. */
export function toJsonNumber(value: number | bigint): JsonNumber {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`JSON has no number for ${value}`)
  return { raw: Object.is(value, -0) ? '-0.0' : String(value) }
}

/** A value in a few words, for messages: what was found where something else was expected. */
export function describeJson(value: Maybe): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (value instanceof Map) return 'an object'
  if (isJsonNumber(value)) return shorten(value.raw)
  return typeof value === 'string' ? JSON.stringify(shorten(value)) : String(value)
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** Indented by two spaces, lists and all, as Hugging Face writes config.json; numbers digit for digit. Ends without a line feed. */
export function writeJson(value: JsonValue, indent = ''): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  const inner = `${indent}  `
  if (value instanceof Map) {
    const members = [...value].map(([key, member]) => `${inner}${JSON.stringify(key)}: ${writeJson(member, inner)}`)
    return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`
  }
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue) => inner + writeJson(item, inner))
    return items.length === 0 ? '[]' : `[\n${items.join(',\n')}\n${indent}]`
  }
  return (value as JsonNumber).raw
}
