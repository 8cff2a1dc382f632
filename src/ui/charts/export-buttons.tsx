import { memo } from 'react'
import { type Drawing, paint, svgText } from './drawing.ts'
import type { Palette } from './palette.ts'

/** Pixels of a PNG for each CSS pixel. */
const PNG_SCALE = 3

interface Props {
  readonly title: string
  readonly name: string
  readonly palette: Palette
  readonly size: { readonly width: number; readonly height: number } | null
  readonly draw: (width: number, height: number, forExport: boolean) => Drawing
}

/** Saves the chart as it stands, without the cursor: as an SVG file, or as a PNG. */
export const ExportButtons = memo(function ExportButtons({ title, name, palette, size, draw }: Props) {
  const drawing = (): Drawing => draw(Math.max(320, size?.width ?? 0), Math.max(160, size?.height ?? 0), true)
  const saveSvg = (): void =>
    save(new Blob([svgText(drawing(), palette.panel, title)], { type: 'image/svg+xml' }), `${name}.svg`)
  const savePng = async (): Promise<void> => save(await pngOf(drawing(), palette.panel), `${name}.png`)
  return (
    <div className="chart-export">
      <button type="button" className="quiet" aria-label={`${title} as SVG`} onClick={saveSvg}>
        SVG
      </button>
      <button type="button" className="quiet" aria-label={`${title} as PNG`} onClick={() => void savePng()}>
        PNG
      </button>
    </div>
  )
})

async function pngOf(drawing: Drawing, ground: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(drawing.width * PNG_SCALE, drawing.height * PNG_SCALE)
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('a canvas has no context')
  context.scale(PNG_SCALE, PNG_SCALE)
  context.fillStyle = ground
  context.fillRect(0, 0, drawing.width, drawing.height)
  // An offscreen context paints as one on the page does.
  paint(context as unknown as CanvasRenderingContext2D, drawing)
  return canvas.convertToBlob({ type: 'image/png' })
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
