/** Far above what a recipe needs, and far below what makes a YAML parser run out of stack or memory. */
const MAX_BRACKETS = 200
const MAX_INDENT = 1000
const MAX_DASHES = 2000

/**
 * Finds text that would nest too deeply, before the parser sees it: the parser builds patterns from the indentation and
 * recurses into brackets. A rough count (brackets in quotes count too), but no recipe comes near it.
 * @returns the line, from 1, or null
 */
export function findDeepLine(text: string): number | null {
  let depth = 0
  for (const [index, line] of text.split('\n').entries()) {
    let dashes = 0
    let indent = 0
    let isIndent = true
    for (let i = 0; i < line.length; i++) {
      const code = line.charCodeAt(i)
      if (isIndent && isIndicator(code)) indent++
      else isIndent = false
      if (code === OPEN_BRACKET || code === OPEN_BRACE) depth++
      else if ((code === CLOSE_BRACKET || code === CLOSE_BRACE) && depth > 0) depth--
      else if (code === DASH || code === QUESTION) dashes++
      if (depth > MAX_BRACKETS || indent > MAX_INDENT || dashes > MAX_DASHES) return index + 1
    }
  }
  return null
}

const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d]
const [SPACE, TAB, DASH, COLON, QUESTION] = [0x20, 0x09, 0x2d, 0x3a, 0x3f]

function isIndicator(code: number): boolean {
  return code === SPACE || code === TAB || code === DASH || code === COLON || code === QUESTION
}
