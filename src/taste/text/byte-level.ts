/** Bytes that GPT-2's alphabet shows as themselves: printable Latin-1. The others get the characters from U+0100 on, in order. */
function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
}

const CHARACTERS: readonly string[] = (() => {
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++))
})()

const BYTES: ReadonlyMap<string, number> = new Map(CHARACTERS.map((character, byte) => [character, byte]))

const encoder = new TextEncoder()

/** UTF-8 bytes as characters of the byte-level alphabet of GPT-2 (Radford et al. 2019), one a byte. */
export function toByteCharacters(text: string): string {
  let characters = ''
  for (const byte of encoder.encode(text)) characters += CHARACTERS[byte]
  return characters
}

/** The bytes of a token in that alphabet; characters outside of it stand for their own UTF-8 bytes. */
export function fromByteCharacters(token: string): number[] {
  return [...token].flatMap((character) => {
    const byte = BYTES.get(character)
    return byte === undefined ? [...encoder.encode(character)] : [byte]
  })
}
