import { type JsonValue, jsonArray, jsonInteger, jsonObject, jsonString } from '../../formats/json.ts'
import { fromByteCharacters } from './byte-level.ts'
import { replacement } from './normalise.ts'
import { unknownPart } from './unknown-part.ts'

/** Tokens on their way to text. Bytes that are no whole character become U+FFFD. */
export type Decoder = (tokens: readonly string[]) => string[]

const BYTE_TOKEN = /^<0x([0-9A-Fa-f]{2})>$/u
const utf8 = new TextDecoder()
const encoder = new TextEncoder()

/** @throws StudioError for a kind of decoder that is not known */
export function readDecoder(value: JsonValue | undefined, file: string): Decoder {
  const step = jsonObject(value)
  if (step === null) return (tokens) => [tokens.join(' ')]
  switch (jsonString(step.get('type'))) {
    case 'Sequence': {
      const decoders = (jsonArray(step.get('decoders')) ?? []).map((part) => readDecoder(part, file))
      return (tokens) => decoders.reduce((result, next) => next(result), [...tokens])
    }
    case 'ByteLevel':
      return (tokens) => [utf8.decode(Uint8Array.from(tokens.flatMap(fromByteCharacters)))]
    case 'ByteFallback':
      return joinBytes
    case 'Fuse':
      return (tokens) => [tokens.join('')]
    case 'Replace': {
      const replaced = replacement(step)
      if (replaced !== null) return (tokens) => tokens.map(replaced)
      break
    }
    case 'Strip': {
      const content = jsonString(step.get('content')) ?? ' '
      const [start, stop] = [jsonInteger(step.get('start')) ?? 0, jsonInteger(step.get('stop')) ?? 0]
      return (tokens) => tokens.map((token) => strip(token, content, start, stop))
    }
    case 'Metaspace': {
      const mark = jsonString(step.get('replacement')) ?? '▁'
      const prepends = jsonString(step.get('prepend_scheme')) !== 'never'
      return (tokens) =>
        tokens.map((token, i) => {
          const text = token.replaceAll(mark, () => ' ')
          return i === 0 && prepends && text.startsWith(' ') ? text.slice(1) : text
        })
    }
  }
  throw unknownPart('decoder', step, file)
}

/** Runs of tokens such as <0xE2> become the text that their bytes spell. */
function joinBytes(tokens: readonly string[]): string[] {
  const result: string[] = []
  let bytes: number[] = []
  const flush = (): void => {
    if (bytes.length > 0) result.push(utf8.decode(Uint8Array.from(bytes)))
    bytes = []
  }
  for (const token of tokens) {
    const hex = BYTE_TOKEN.exec(token)?.[1]
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16))
    else {
      flush()
      result.push(token)
    }
  }
  flush()
  return result
}

function strip(token: string, content: string, start: number, stop: number): string {
  let text = token
  for (let i = 0; i < start && text.startsWith(content); i++) text = text.slice(content.length)
  for (let i = 0; i < stop && text.endsWith(content); i++) text = text.slice(0, text.length - content.length)
  return text
}

/** How a character that is no token is spelt in byte tokens. */
export function byteTokens(character: string): string[] {
  return [...encoder.encode(character)].map((byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
}
