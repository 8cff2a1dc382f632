import { StudioError } from '../problem.ts'

const KEY = 'recipe='
/** As long as a recipe may be (src/recipe/yaml.ts); keeps a small link from unpacking to gigabytes. */
const MAX_TEXT_BYTES = 1 << 20

/**
 * A link that holds the recipe in its fragment, which browsers never send to a server: the text in UTF-8, deflated (RFC 1951), in
 * base64url (RFC 4648).
 */
export async function shareLink(text: string, page: string): Promise<string> {
  const packed = await pipe(
    new TextEncoder().encode(text),
    new CompressionStream('deflate-raw'),
    Number.MAX_SAFE_INTEGER,
  )
  const url = new URL(page)
  url.hash = KEY + base64url(packed)
  return url.href
}

/** True of an address, or its fragment alone, that holds a recipe. */
export function holdsRecipe(link: string): boolean {
  return link.trim().includes(`#${KEY}`) && !/\s/.test(link.trim())
}

/** The recipe of a link. @throws StudioError where the link is cut off or no recipe of ours */
export async function recipeOfLink(link: string): Promise<string> {
  const packed = link.trim().slice(link.trim().indexOf(`#${KEY}`) + 1 + KEY.length)
  try {
    const bytes = await pipe(bytesOf(packed), new DecompressionStream('deflate-raw'), MAX_TEXT_BYTES)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    if (cause instanceof StudioError) throw cause
    throw new StudioError('The link’s recipe cannot be read: the link was cut off or changed; ask for it again.')
  }
}

async function pipe(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader()
  const parts: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.byteLength
    if (length > most) {
      await reader.cancel()
      throw new StudioError(`The link’s recipe is longer than ${most} bytes: this is no link of a recipe.`)
    }
    parts.push(new Uint8Array(value))
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

function base64url(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]+$/.test(text)) throw new Error('not base64url')
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
}
