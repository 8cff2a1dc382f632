import { DEFAULT_DIALECT, DIALECTS, type Dialect, isDialect } from './dialect.ts'
import { type Findings, listInWords, quote } from './findings.ts'

/** `# slerp-studio: dialect = mergekit-2023`; a comment, so that every other tool reads past it. */
const COMMENT = /^[ \t]*#[ \t]*slerp-studio:[ \t]*dialect[ \t]*=[ \t]*(\S*)[ \t]*$/

/** Offset behind the comments and empty lines at the head of a text: where the first document, or the line before it, begins. */
export function headerEnd(text: string): number {
  let at = text.startsWith('\ufeff') ? 1 : 0
  while (at < text.length) {
    const newline = text.indexOf('\n', at)
    const end = newline < 0 ? text.length : newline + 1
    if (!/^\s*(?:#.*)?$/.test(text.slice(at, end).trimEnd())) return at
    at = end
  }
  return at
}

/** The dialect that the comments at the head of a recipe name; today's mergekit where they name none. */
export function readDialect(text: string, findings: Findings): Dialect {
  for (const { line, name } of dialectLines(text)) {
    if (isDialect(name)) return name
    findings.error(`The dialect is ${quote(name)}, expected ${listInWords(DIALECTS, 'or')}.`, line)
  }
  return DEFAULT_DIALECT
}

/** The text with another dialect in its head; that of today's mergekit needs no comment. */
export function writeDialect(text: string, dialect: Dialect, newline: string): string {
  const [old, ...more] = dialectLines(text)
  const comment = `# slerp-studio: dialect = ${dialect}`
  if (old === undefined) {
    if (dialect === DEFAULT_DIALECT) return text
    const at = text.startsWith('\ufeff') ? 1 : 0
    return text.slice(0, at) + comment + newline + text.slice(at)
  }
  const kept = dialect === DEFAULT_DIALECT ? '' : text.slice(old.from, old.to).replace(/#.*/, comment)
  const rest = [...more].reverse().reduce((result, { from, to }) => result.slice(0, from) + result.slice(to), text)
  return rest.slice(0, old.from) + kept + rest.slice(old.to)
}

function dialectLines(text: string): { line: number; from: number; to: number; name: string }[] {
  const found = []
  const end = headerEnd(text)
  let line = 1
  let from = text.startsWith('\ufeff') ? 1 : 0
  while (from < end) {
    const newline = text.indexOf('\n', from)
    const to = newline < 0 ? text.length : newline + 1
    const match = COMMENT.exec(text.slice(from, to).trimEnd())
    if (match !== null) found.push({ line, from, to, name: match[1] ?? '' })
    from = to
    line++
  }
  return found
}
