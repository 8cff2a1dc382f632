/** One shape of a chart, in CSS pixels, with literal colours: the same on a canvas, in an SVG file and in a PNG. */
export type Mark =
  | {
      readonly kind: 'rect'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly fill?: string
      readonly stroke?: string
      readonly strokeWidth?: number
      readonly opacity?: number
    }
  | {
      readonly kind: 'path'
      /** SVG path data. */
      readonly d: string
      readonly fill?: string
      readonly stroke?: string
      readonly strokeWidth?: number
      readonly dash?: readonly number[]
      readonly opacity?: number
    }
  | {
      readonly kind: 'circle'
      readonly x: number
      readonly y: number
      readonly r: number
      readonly fill?: string
      readonly stroke?: string
      readonly strokeWidth?: number
    }
  | {
      readonly kind: 'text'
      readonly x: number
      readonly y: number
      readonly text: string
      readonly fill: string
      readonly size: number
      readonly anchor?: 'start' | 'middle' | 'end'
      readonly bold?: boolean
    }

export interface Drawing {
  readonly width: number
  readonly height: number
  /** What lies under the marks and is the same object in each frame, see `groundKeeper`. */
  readonly ground?: readonly Mark[]
  readonly marks: readonly Mark[]
}

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'
const ALIGN = { start: 'left', middle: 'center', end: 'right' } as const

/** Paints a drawing on a canvas context whose unit is the CSS pixel. */
export function paint(context: CanvasRenderingContext2D, { ground = [], marks }: Drawing): void {
  paintMarks(context, ground)
  paintMarks(context, marks)
}

export function paintMarks(context: CanvasRenderingContext2D, marks: readonly Mark[]): void {
  context.textBaseline = 'middle'
  let [font, fill] = ['', '']
  // To write a style costs more than to compare it.
  const fillWith = (wanted: string): void => {
    if (wanted !== fill) context.fillStyle = wanted
    fill = wanted
  }
  for (const mark of marks) {
    if (mark.kind === 'text') {
      const wanted = `${mark.bold === true ? 600 : 400} ${mark.size}px ${FONT}`
      // To read a font costs more than to write with it.
      if (wanted !== font) context.font = wanted
      font = wanted
      context.textAlign = ALIGN[mark.anchor ?? 'start']
      fillWith(mark.fill)
      context.fillText(mark.text, mark.x, mark.y)
      continue
    }
    const opacity = 'opacity' in mark ? (mark.opacity ?? 1) : 1
    if (opacity !== 1) context.globalAlpha = opacity
    if (mark.fill !== undefined) fillWith(mark.fill)
    if (mark.kind === 'rect') paintRect(context, mark)
    else paintPath(context, mark)
    if (opacity !== 1) context.globalAlpha = 1
  }
}

/** The fill style is set. */
function paintRect(context: CanvasRenderingContext2D, mark: Mark & { kind: 'rect' }): void {
  if (mark.fill !== undefined) context.fillRect(mark.x, mark.y, mark.width, mark.height)
  if (mark.stroke === undefined) return
  context.strokeStyle = mark.stroke
  context.lineWidth = mark.strokeWidth ?? 1
  context.strokeRect(mark.x, mark.y, mark.width, mark.height)
}

function paintPath(context: CanvasRenderingContext2D, mark: Mark & { kind: 'path' | 'circle' }): void {
  const path = mark.kind === 'path' ? new Path2D(mark.d) : new Path2D()
  if (mark.kind === 'circle') path.arc(mark.x, mark.y, mark.r, 0, 2 * Math.PI)
  if (mark.fill !== undefined) context.fill(path)
  if (mark.stroke === undefined) return
  context.strokeStyle = mark.stroke
  context.lineWidth = mark.strokeWidth ?? 1
  const dash = mark.kind === 'path' ? mark.dash : undefined
  if (dash !== undefined) context.setLineDash([...dash])
  context.stroke(path)
  if (dash !== undefined) context.setLineDash([])
}

/** The drawing as a file of its own, on paper of this colour. */
export function svgText({ width, height, ground = [], marks }: Drawing, paper: string, title: string): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(FONT)}">`,
    `<title>${escaped(title)}</title>`,
    element('rect', { width, height, fill: paper }),
    ...ground.map(markText),
    ...marks.map(markText),
    '</svg>',
    '',
  ].join('\n')
}

function markText(mark: Mark): string {
  if (mark.kind === 'text') {
    const { x, y, fill, size, anchor, bold } = mark
    const attributes = { x, y, fill, 'font-size': size, 'text-anchor': anchor, 'font-weight': bold ? 600 : undefined }
    return element('text', { ...attributes, 'dominant-baseline': 'central' }, mark.text)
  }
  const { fill = 'none', stroke, strokeWidth } = mark
  const shared = { fill, stroke, 'stroke-width': stroke === undefined ? undefined : (strokeWidth ?? 1) }
  const opacity = 'opacity' in mark ? mark.opacity : undefined
  if (mark.kind === 'rect') {
    const { x, y, width, height } = mark
    return element('rect', { x, y, width, height, ...shared, opacity })
  }
  if (mark.kind === 'circle') return element('circle', { cx: mark.x, cy: mark.y, r: mark.r, ...shared })
  return element('path', { d: mark.d, ...shared, 'stroke-dasharray': mark.dash?.join(' '), opacity })
}

function element(name: string, attributes: Record<string, string | number | undefined>, text?: string): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(typeof value === 'number' ? round(value) : value)}"`],
  )
  return text === undefined ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${escaped(text)}</${name}>`
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
