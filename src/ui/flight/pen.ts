/** A way to write: a font and a colour. */
export interface Face {
  readonly font: string
  readonly ink: string
}

/** Writes on a canvas as the page writes: what a style costs is paid only where it changes, and widths are known after the first time. */
export interface Pen {
  readonly context: CanvasRenderingContext2D
  width(face: Face, text: string): number
  /** @param y top of the line */
  write(face: Face, text: string, x: number, y: number, lineHeight: number): void
  /** The colour of what is filled next. */
  fill(colour: string): void
}

/** More than enough for what a gesture writes; then it begins anew. */
const MOST_WIDTHS = 5000

export function makePen(context: CanvasRenderingContext2D): Pen {
  const widths = new Map<string, Map<string, number>>()
  const ascents = new Map<string, number>()
  let [font, ink] = ['', '']
  const take = (face: Face): void => {
    if (font !== face.font) context.font = face.font
    font = face.font
  }
  const fill = (colour: string): void => {
    if (ink !== colour) context.fillStyle = colour
    ink = colour
  }
  /** From the middle of a line down to the letters' foot. */
  const footOf = (face: Face): number => {
    let foot = ascents.get(face.font)
    if (foot === undefined) {
      take(face)
      const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = context.measureText('0')
      // The page rounds both to whole pixels.
      foot = (Math.round(up) - Math.round(down)) / 2
      ascents.set(face.font, foot)
    }
    return foot
  }
  const width = (face: Face, text: string): number => {
    let own = widths.get(face.font)
    if (own === undefined || own.size > MOST_WIDTHS) {
      own = new Map()
      widths.set(face.font, own)
    }
    // All digits are as wide as each other (base.css).
    const shape = text.replaceAll(/\d/g, '0')
    let known = own.get(shape)
    if (known === undefined) {
      take(face)
      known = context.measureText(shape).width
      own.set(shape, known)
    }
    return known
  }
  return {
    context,
    width,
    fill,
    write(face, text, x, y, lineHeight) {
      const foot = footOf(face)
      take(face)
      fill(face.ink)
      context.fillText(text, x, y + lineHeight / 2 + foot)
    },
  }
}

/** Gives a canvas its size in CSS pixels and its place over the page; its unit is then the CSS pixel. */
export function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = window.devicePixelRatio
  canvas.width = Math.max(1, Math.round(width * ratio))
  canvas.height = Math.max(1, Math.round(height * ratio))
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const context = canvas.getContext('2d')
  context?.scale(canvas.width / Math.max(1, width), canvas.height / Math.max(1, height))
  return context
}
