import { inksAt } from './inks.ts'
import { type Face, fitCanvas, makePen, type Pen } from './pen.ts'

/**
 * Paints words over an element's own, as it would write them: in one line that is cut where it is too long, or in lines broken at spaces.
 * @param canvas lies in the element
 */
export function wordsOver(canvas: HTMLCanvasElement, element: HTMLElement): (text: string) => void {
  const style = getComputedStyle(element)
  const context = fitCanvas(canvas, element.clientWidth, element.clientHeight)
  if (context === null) return () => undefined
  const ground = inksAt(element).colour('var(--panel)')
  const pen = makePen(context)
  const face: Face = { font: `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`, ink: style.color }
  const lineHeight = Number.parseFloat(style.lineHeight)
  const [left, right, top] = [style.paddingLeft, style.paddingRight, style.paddingTop].map(Number.parseFloat)
  const room = element.clientWidth - (left ?? 0) - (right ?? 0)
  const isOneLine = style.whiteSpace === 'nowrap'
  let last = ''
  return (text) => {
    if (text === last) return
    last = text
    pen.fill(ground)
    context.fillRect(0, 0, element.clientWidth, element.clientHeight)
    const lines = isOneLine ? [cut(pen, face, text, room)] : broken(pen, face, text, room)
    for (const [line, words] of lines.entries())
      pen.write(face, words, left ?? 0, (top ?? 0) + line * lineHeight, lineHeight)
  }
}

/** What fits, with an ellipsis where something was left out. */
function cut(pen: Pen, face: Face, text: string, room: number): string {
  if (pen.width(face, text) <= room) return text
  let [low, high] = [0, text.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (pen.width(face, `${text.slice(0, middle)}…`) <= room) low = middle
    else high = middle - 1
  }
  return `${text.slice(0, low)}…`
}

function broken(pen: Pen, face: Face, text: string, room: number): readonly string[] {
  const lines: string[] = []
  let [line, used] = ['', 0]
  const space = pen.width(face, ' ')
  for (const word of text.split(' ')) {
    const width = pen.width(face, word)
    if (line !== '' && used + space + width > room) {
      lines.push(line)
      line = word
      used = width
    } else {
      used += line === '' ? width : space + width
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
