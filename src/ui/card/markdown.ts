/** A block of Markdown as the model card has it; anything else is a paragraph as it stands. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly text: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'front'; readonly text: string }

export interface Inline {
  readonly kind: 'text' | 'bold' | 'italic' | 'code'
  readonly text: string
}

const HEADING = /^ {0,3}(#{1,6}) +(.*?)(?: +#+)? *$/
const ITEM = /^ {0,3}(?:([-*+])|\d{1,9}[.)]) +(.*)$/
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/

/**
 * Reads the little of Markdown (CommonMark) that a model card needs to look like one: front matter, headings, paragraphs, lists of one level,
 * code, bold, italic. Links, images and HTML stay text: nothing of a card leads anywhere.
 */
export function readMarkdown(markdown: string): readonly Block[] {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  let paragraph: string[] = []
  const flush = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', text: readInline(paragraph.join('\n')) })
    paragraph = []
  }
  let at = 0
  const front = lines[0] === '---' ? lines.indexOf('---', 1) : -1
  if (front > 0) {
    blocks.push({ kind: 'front', text: lines.slice(1, front).join('\n') })
    at = front + 1
  }
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const fence = FENCE.exec(line)
    const heading = HEADING.exec(line)
    if (fence !== null) {
      flush()
      const end = lines.findIndex(
        (other, i) =>
          i > at && FENCE.exec(other)?.[1]?.startsWith(fence[1] ?? '') === true && /^ *[`~]+ *$/.test(other),
      )
      const to = end < 0 ? lines.length : end
      blocks.push({ kind: 'code', text: lines.slice(at + 1, to).join('\n') })
      at = to + 1
      continue
    }
    if (ITEM.test(line) && paragraph.length === 0) {
      const to = endOfList(lines, at)
      blocks.push(readList(lines.slice(at, to)))
      at = to
      continue
    }
    if (heading !== null || line.trim() === '') flush()
    if (heading !== null)
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: readInline(heading[2] ?? '') })
    else if (line.trim() !== '') paragraph.push(line.trim())
    at++
  }
  flush()
  return blocks
}

function endOfList(lines: readonly string[], start: number): number {
  const end = lines.findIndex((line, i) => i > start && (line.trim() === '' || HEADING.test(line) || FENCE.test(line)))
  return end < 0 ? lines.length : end
}

function readList(lines: readonly string[]): Block {
  const items: string[] = []
  for (const line of lines) {
    const item = ITEM.exec(line)
    if (item === null) items.push(`${items.pop() ?? ''}\n${line.trim()}`)
    else items.push(item[2] ?? '')
  }
  return { kind: 'list', ordered: ITEM.exec(lines[0] ?? '')?.[1] === undefined, items: items.map(readInline) }
}

const INLINE =
  /(`+)([^`]+?)\1(?!`)|\*\*(?=\S)((?:\\.|[^*\\])+?)\*\*|\*(?=\S)((?:\\.|[^*\\])+?)\*|\\([!-/:-@[-`{-~])|&(amp|lt|gt);/g
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>' }

function readInline(text: string): readonly Inline[] {
  const parts: Inline[] = []
  const add = (kind: Inline['kind'], piece: string): void => {
    const last = parts.at(-1)
    if (last?.kind === kind) parts.splice(-1, 1, { kind, text: last.text + piece })
    else if (piece !== '') parts.push({ kind, text: piece })
  }
  let at = 0
  for (const match of text.matchAll(INLINE)) {
    add('text', text.slice(at, match.index))
    at = match.index + match[0].length
    const [, , code, bold, italic, escaped, entity] = match
    if (code !== undefined) add('code', code)
    else if (bold !== undefined) add('bold', plainOf(bold))
    else if (italic !== undefined) add('italic', plainOf(italic))
    else add('text', escaped ?? ENTITIES[entity ?? ''] ?? '')
  }
  add('text', text.slice(at))
  return parts
}

function plainOf(text: string): string {
  return readInline(text)
    .map((part) => part.text)
    .join('')
}
