import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import type { PlanGeometry } from '../../geometry/index.ts'
import { lastFrame, paintInFlight, useFlight } from '../../store/flight.ts'
import { wordsOver } from '../flight/words.ts'
import '../flight/flight.css'
import { type Drawing, type Mark, paintMarks } from './drawing.ts'
import { ExportButtons } from './export-buttons.tsx'
import type { Palette } from './palette.ts'

/** What a chart shows of a geometry. */
export interface Shown<D extends Drawing> {
  /** Draws what the chart shows, in so many CSS pixels. */
  readonly draw: (width: number, height: number, forExport: boolean) => D
  /** The chart in words: what it shows at the cursor. */
  readonly readout: string
}

interface Props<D extends Drawing> {
  /** Heading, and name of the exported files. */
  readonly title: string
  readonly name: string
  readonly className: string
  readonly palette: Palette
  readonly geometry: PlanGeometry
  readonly show: (geometry: PlanGeometry) => Shown<D>
  /** Controls beside the heading. */
  readonly tools?: ReactNode
  /** Puts the words into the line of the heading, where they are short. */
  readonly readoutAbove?: boolean
  readonly onKey?: (event: KeyboardEvent) => void
  readonly onPoint?: (x: number, y: number, drawing: D) => void
  readonly children?: ReactNode
}

/** A chart on a canvas: it fills its place, is read out in words, moves a cursor by keys, and exports itself. */
export function Chart<D extends Drawing>(props: Props<D>) {
  const {
    title,
    name,
    className,
    palette,
    geometry,
    show,
    tools,
    readoutAbove = false,
    onKey,
    onPoint,
    children,
  } = props
  const place = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const drawn = useRef<D | null>(null)
  const size = useSize(place)
  const id = useId()
  const { draw, readout } = show(geometry)
  const latest = useRef(draw)
  const drawNow = useCallback(
    (width: number, height: number, forExport: boolean) => latest.current(width, height, forExport),
    [],
  )
  useLayoutEffect(() => {
    latest.current = draw
    if (canvas.current === null || size === null) return
    const flight = lastFrame()
    drawn.current = (flight === null ? draw : show(flight.geometry).draw)(size.width, size.height, false)
    paintOn(canvas.current, drawn.current, size)
  })
  const flying = useFlight(({ stage }) => stage !== undefined)
  const words = useRef<HTMLCanvasElement>(null)
  const showLatest = useRef(show)
  useLayoutEffect(() => {
    showLatest.current = show
  })
  useLayoutEffect(() => {
    const [chart, over] = [canvas.current, words.current]
    const output = over?.parentElement
    if (!flying || chart === null || over === null || output == null || size === null) return
    const write = wordsOver(over, output)
    return paintInFlight((frame) => {
      const shown = showLatest.current(frame.geometry)
      drawn.current = shown.draw(size.width, size.height, false)
      paintOn(chart, drawn.current, size)
      write(shown.readout)
    })
  }, [flying, size])
  const point = (event: PointerEvent<HTMLCanvasElement>): void => {
    const box = event.currentTarget.getBoundingClientRect()
    if (drawn.current !== null) onPoint?.(event.clientX - box.left, event.clientY - box.top, drawn.current)
  }
  const output = (
    <output
      id={`${id}readout`}
      className="chart-readout"
      onPointerEnter={showWhole}
      aria-live={onKey === undefined ? 'off' : 'polite'}
    >
      {readout}
      {flying && <canvas ref={words} className="in-flight" />}
    </output>
  )
  return (
    <figure className={`chart ${className}`} aria-labelledby={`${id}title`}>
      <div className="chart-head">
        <h3 id={`${id}title`}>{title}</h3>
        {tools}
        {readoutAbove && output}
        <ExportButtons title={title} name={name} palette={palette} size={size} draw={drawNow} />
      </div>
      <div ref={place} className="chart-place">
        {/* The canvas is what arrow keys move in; its words are the readout below it. */}
        <canvas
          ref={canvas}
          {...(onKey === undefined
            ? { role: 'img', 'aria-label': `${title}: ${readout}` }
            : {
                role: 'application',
                tabIndex: 0,
                'aria-label': title,
                'aria-roledescription': 'chart',
                'aria-describedby': `${id}readout`,
                onKeyDown: onKey,
              })}
          onPointerMove={point}
          onPointerDown={point}
        />
        {children}
      </div>
      {!readoutAbove && output}
    </figure>
  )
}

/** What may be cut is read whole under the pointer; written only then, since a chart's words change in each frame of a gesture. */
function showWhole({ currentTarget }: PointerEvent<HTMLElement>): void {
  currentTarget.title = currentTarget.textContent
}

interface Size {
  readonly width: number
  readonly height: number
}

function useSize(place: { readonly current: HTMLElement | null }): Size | null {
  const [size, setSize] = useState<Size | null>(null)
  useEffect(() => {
    if (place.current === null) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return
      const { width, height } = entry.contentRect
      setSize({ width: Math.floor(width), height: Math.floor(height) })
    })
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [place])
  return size
}

function paintOn(canvas: HTMLCanvasElement, drawing: Drawing, { width, height }: Size): void {
  const ratio = window.devicePixelRatio
  const [across, down] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))]
  // Setting a size clears the canvas and allocates it anew: only when it changed.
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across
    canvas.height = down
  }
  const context = canvas.getContext('2d')
  if (context === null) return
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  if (drawing.ground !== undefined)
    context.drawImage(pictureOf(drawing.ground, across, down, ratio), 0, 0, width, height)
  paintMarks(context, drawing.marks)
}

interface Picture {
  readonly canvas: OffscreenCanvas
  readonly ratio: number
}

/** Grounds as painted. */
const pictures = new WeakMap<readonly Mark[], Picture>()

function pictureOf(ground: readonly Mark[], across: number, down: number, ratio: number): OffscreenCanvas {
  const known = pictures.get(ground)
  if (known?.ratio === ratio && known.canvas.width === across && known.canvas.height === down) return known.canvas
  const canvas = new OffscreenCanvas(across, down)
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('a canvas has no context')
  context.scale(ratio, ratio)
  // An offscreen context paints as one on the page does.
  paintMarks(context as unknown as CanvasRenderingContext2D, ground)
  pictures.set(ground, { canvas, ratio })
  return canvas
}
