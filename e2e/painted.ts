/** A text on a canvas, by where it begins, or where its middle is, on the page. */
export interface PaintedText {
  readonly text: string
  readonly x: number
  readonly y: number
}

declare global {
  interface Window {
    /** What is painted over an element while a hand is in flight, in reading order; null where nothing is. */
    paintedOver: (element: Element | null) => readonly PaintedText[] | null
  }
}

/**
 * Runs in the page: keeps what is written on canvases over the page, by listening to the browser's own way of writing. What is written is
 * there until something is filled or cleared over it, as on the canvas.
 */
export function recordPainting(): void {
  const kept = new Map<HTMLCanvasElement, { text: string; x: number; y: number }[]>()
  const paper = window.CanvasRenderingContext2D.prototype
  const textsOf = ({ canvas }: CanvasRenderingContext2D) => {
    if (!canvas.classList?.contains('in-flight')) return null
    const texts = kept.get(canvas) ?? []
    kept.set(canvas, texts)
    return texts
  }
  const { fillText, fillRect, clearRect } = paper
  const coverWith = (cover: typeof fillRect): typeof fillRect =>
    function (this: CanvasRenderingContext2D, x, y, width, height) {
      const texts = textsOf(this)
      if (texts !== null && y <= 0 && height >= this.canvas.clientHeight) texts.length = 0
      else if (texts !== null)
        for (let at = texts.length - 1; at >= 0; at--) {
          const text = texts[at]
          if (text !== undefined && text.x >= x && text.x < x + width && text.y >= y && text.y < y + height)
            texts.splice(at, 1)
        }
      cover.call(this, x, y, width, height)
    }
  paper.fillRect = coverWith(fillRect)
  paper.clearRect = coverWith(clearRect)
  paper.fillText = function (this: CanvasRenderingContext2D, text, x, y, width) {
    textsOf(this)?.push({ text, x, y })
    if (width === undefined) fillText.call(this, text, x, y)
    else fillText.call(this, text, x, y, width)
  }
  window.paintedOver = (element) => {
    const box = element?.getBoundingClientRect()
    if (box === undefined) return null
    const found: { text: string; x: number; y: number }[] = []
    for (const [canvas, texts] of kept) {
      if (!canvas.isConnected) continue
      const { left, top } = canvas.getBoundingClientRect()
      for (const { text, x, y } of texts) {
        const [across, down] = [left + x, top + y]
        if (across >= box.left && across < box.right && down >= box.top && down < box.bottom)
          found.push({ text, x: across, y: down })
      }
    }
    return found.length === 0 ? null : found.sort((a, b) => a.y - b.y || a.x - b.x)
  }
}
