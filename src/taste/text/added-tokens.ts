import { type JsonObject, jsonArray, jsonBoolean, jsonInteger, jsonObject, jsonString } from '../../formats/json.ts'

/** A token that is cut out of a text before anything else is done to it. */
export interface AddedToken {
  readonly id: number
  readonly content: string
  /** Left out where tokens become text again. */
  readonly special: boolean
  /** Takes the white space before and behind it along. */
  readonly lstrip: boolean
  readonly rstrip: boolean
}

export function readAddedTokens(json: JsonObject): AddedToken[] {
  return (jsonArray(json.get('added_tokens')) ?? []).flatMap((value) => {
    const entry = jsonObject(value)
    const [content, id] = [jsonString(entry?.get('content')), jsonInteger(entry?.get('id'))]
    if (content === null || content === '' || id === null) return []
    const flag = (name: string): boolean => jsonBoolean(entry?.get(name)) === true
    return [{ id, content, special: flag('special'), lstrip: flag('lstrip'), rstrip: flag('rstrip') }]
  })
}

/** Cuts a text at added tokens, of several that begin at one place the longest: text between them, and the tokens. */
export function cutAtAdded(text: string, tokens: readonly AddedToken[]): (string | AddedToken)[] {
  const pieces: (string | AddedToken)[] = []
  let rest = text
  while (rest !== '') {
    let found: AddedToken | null = null
    let at = rest.length
    for (const token of tokens) {
      const place = rest.indexOf(token.content)
      if (place < 0 || place > at || (place === at && found !== null && found.content.length >= token.content.length))
        continue
      found = token
      at = place
    }
    if (found === null) break
    const before = found.lstrip ? rest.slice(0, at).trimEnd() : rest.slice(0, at)
    if (before !== '') pieces.push(before)
    pieces.push(found)
    rest = rest.slice(at + found.content.length)
    if (found.rstrip) rest = rest.trimStart()
  }
  if (rest !== '') pieces.push(rest)
  return pieces
}
