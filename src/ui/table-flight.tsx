import { type RefObject, useLayoutEffect, useRef } from 'react'
import { lastFrame, type Painter, paintInFlight } from '../store/flight.ts'
import { inksAt } from './flight/inks.ts'
import { fitCanvas, makePen } from './flight/pen.ts'
import './flight/flight.css'
import { paintRow, type TablePlaces, tableFaces } from './table-painting.ts'
import { STAGE_COLUMNS, type StageColumn } from './tensor-columns.ts'
import type { TensorRow } from './tensor-order.ts'
import type { TensorsShown } from './tensor-row.tsx'

interface Props {
  readonly scroller: RefObject<HTMLElement | null>
  readonly rows: readonly TensorRow[]
  readonly rowHeight: number
  readonly labels: readonly string[]
  readonly shown: TensorsShown
}

/** Room of a cell to both sides of its content; some have a line to the left besides. */
const PADDING = 10

/**
 * The numbers of the table's rows in view while a hand bends a curve: painted over the table, whose own follow when the hand rests. In each
 * frame of a gesture the browser would else lay out and paint a hundred cells.
 */
export function TableFlight(props: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const latest = useRef(props)
  const renew = useRef<(() => void) | null>(null)
  const { rows, shown } = props
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows and contents are what the canvas lies over.
  useLayoutEffect(() => {
    latest.current = props
    renew.current?.()
  }, [rows, shown])
  useLayoutEffect(() => {
    const view = latest.current.scroller.current
    const over = canvas.current
    if (view === null || over === null) return
    const { labels, rowHeight, shown } = latest.current
    const measured = measure(view, over, labels)
    const context = measured === null ? null : fitCanvas(over, measured.width, measured.height)
    if (measured === null || context === null) return
    over.style.left = `${measured.left}px`
    over.style.top = `${measured.top}px`
    const pen = makePen(context)
    const faces = tableFaces(inksAt(view), shown.models)
    let { scrollTop } = view
    const startLeft = view.scrollLeft
    // A wheel that moves the table sideways meanwhile leaves it to the document.
    let isAside = false
    const paint: Painter = ({ geometry, label }) => {
      if (isAside) return
      const { rows, shown: contents } = latest.current
      const first = Math.floor(scrollTop / rowHeight)
      const last = Math.min(rows.length - 1, Math.floor((scrollTop + measured.height) / rowHeight))
      for (let index = first; index <= last; index++) {
        const row = rows[index]
        if (row === undefined) continue
        const top = index * rowHeight - scrollTop
        paintRow(pen, faces, measured.places, top, { row, shown: contents, geometry, bent: label })
      }
    }
    /** The rows are others, or stand elsewhere; where the document has all that was painted, it is seen. */
    renew.current = () => {
      context.clearRect(0, 0, measured.width, measured.height)
      const frame = lastFrame()
      if (frame !== null) paint(frame)
    }
    const scroll = (): void => {
      scrollTop = view.scrollTop
      isAside = view.scrollLeft !== startLeft
      renew.current?.()
    }
    view.addEventListener('scroll', scroll, { passive: true })
    const end = paintInFlight(paint)
    return () => {
      end()
      renew.current = null
      view.removeEventListener('scroll', scroll)
    }
  }, [])
  return <canvas ref={canvas} className="in-flight" />
}

interface Measured {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly places: TablePlaces
}

/** What of the table the canvas covers, below its head and beside the column of names, and where the columns in view stand on it. */
function measure(view: HTMLElement, canvas: HTMLCanvasElement, labels: readonly string[]): Measured | null {
  const head = view.querySelector('thead .col-share')?.getBoundingClientRect()
  const name = view.querySelector('thead .col-name')?.getBoundingClientRect()
  const from = canvas.offsetParent?.getBoundingClientRect()
  if (head === undefined || name === undefined || from === undefined) return null
  const box = view.getBoundingClientRect()
  // On whole pixels, where the browser puts a canvas anyway.
  const [left, right] = [Math.round(Math.max(box.left, name.right)), box.left + view.clientWidth]
  const top = Math.round(head.bottom)
  const place = (cell: Element | null | undefined, line: number) => {
    const own = cell?.getBoundingClientRect()
    return own === undefined || own.right <= left || own.left >= right
      ? null
      : { x: own.left - left + PADDING + line, width: own.width - 2 * PADDING - line }
  }
  const cells = [...view.querySelectorAll('thead .head-stage th')]
  return {
    left: left - from.left,
    top: top - from.top,
    width: right - left,
    height: box.top + view.clientHeight - top,
    places: {
      share: place(view.querySelector('thead .col-share'), 1),
      stages: labels.map((label, stage) => ({
        label,
        columns: new Map(
          STAGE_COLUMNS.flatMap(({ key }, column): [StageColumn, NonNullable<ReturnType<typeof place>>][] => {
            const found = place(cells[stage * STAGE_COLUMNS.length + column], key === 't' ? 1 : 0)
            return found === null ? [] : [[key, found]]
          }),
        ),
      })),
    },
  }
}
