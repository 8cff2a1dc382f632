/** One row of the table as it stands, of the first stage. Cells out of view are null where they were not asked for. */
export interface RowShown {
  readonly tensor: string
  readonly t: string | null
  /** What goes in and comes out, in all digits. */
  readonly cos: string
  readonly coefficients: string | null
  readonly share: string | null
}

/** One frame that a pointer event made. Times in milliseconds of the page's clock. */
export interface Frame {
  /** When the browser got the event, when the page was told, and when the page had painted. */
  readonly event: number
  readonly told: number
  readonly painted: number
  readonly y: number
  readonly shown: Shown
}

/** What the page says. */
export interface Shown {
  /** t by the point that is dragged. */
  readonly t: number
  readonly rows: readonly RowShown[]
  /** The charts in words. */
  readonly depthMap: string
  readonly ancestry: string
  readonly sphere: string
}

declare global {
  interface Window {
    drag: {
      readonly frames: Frame[]
      /** Called when the next frame is kept. */
      onFrame: (() => void) | null
      /** What stands in the document now; `all` takes in the cells out of view. */
      readonly shown: (all: boolean) => Shown
    }
  }
}

/**
 * Runs in the page, beside `recordPainting`: keeps the times of the frame of each pointer move, and what stands in view when that very frame has been painted.
 */
export function recordFrames(): void {
  const text = (element: Element | null | undefined): string => element?.textContent?.trim() ?? ''
  const view = document.querySelector('.tensor-scroll')
  const isIn = (cell: Element | null): boolean => {
    if (cell === null || view === null) return false
    const [own, whole] = [cell.getBoundingClientRect(), view.getBoundingClientRect()]
    return own.right > whole.left && own.left < whole.right && own.bottom > whole.top && own.top < whole.bottom
  }
  /** What is painted over a cell while a hand is in flight, line by line; else what stands in it. */
  const paintedIn = (cell: Element | null): string[] | null => {
    const lines = new Map<number, string[]>()
    for (const { text: part, y } of window.paintedOver(cell) ?? []) lines.set(y, [...(lines.get(y) ?? []), part])
    return lines.size === 0 ? null : [...lines.values()].map((parts) => parts.join(' '))
  }
  const rowsShown = (all: boolean): RowShown[] =>
    [...document.querySelectorAll('.tensors tbody tr')].map((row) => {
      const [t, coefficients, share] = ['t', 'coefficients', 'share'].map((name) => {
        const cell = row.querySelector(`.col-${name}`)
        return all || isIn(cell) ? cell : null
      })
      return {
        tensor: row.querySelector('.col-name')?.getAttribute('title') ?? '',
        t: t ? (paintedIn(t)?.[0]?.split(' ').at(-1) ?? text(t.querySelector('b'))) : null,
        // What goes into the stage that is dragged, which no t moves.
        cos: row.querySelector('.col-angle .measure-more')?.getAttribute('title') ?? '',
        coefficients:
          (coefficients && paintedIn(coefficients)?.join('\n')) ??
          coefficients?.firstElementChild?.getAttribute('title') ??
          null,
        share: share ? (paintedIn(share)?.join(' ') ?? text(share)) : null,
      }
    })
  const shown = (all: boolean): Shown => {
    const words = (chart: string): string => {
      const readout = document.querySelector(`.${chart} .chart-readout`)
      return paintedIn(readout)?.join(' ') ?? text(readout)
    }
    const point = document.querySelector('[data-point="0"]')
    const { left, right } = point?.getBoundingClientRect() ?? { left: 0, right: 0 }
    const value = window
      .paintedOver(document.querySelector('.gradient-chart'))
      ?.find(({ x }) => x > left && x < right)?.text
    return {
      t: Number(value ?? point?.getAttribute('aria-valuenow')),
      rows: rowsShown(all),
      depthMap: words('depth-map'),
      ancestry: words('ancestry'),
      sphere: words('sphere'),
    }
  }
  const drag: Window['drag'] = { frames: [], onFrame: null, shown }
  window.drag = drag
  window.addEventListener(
    'pointermove',
    ({ timeStamp, clientY }) => {
      const told = performance.now()
      requestAnimationFrame(() => {
        // A message that is posted in the frame is read as soon as the page has painted it.
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => {
          const painted = performance.now()
          drag.frames.push({ event: timeStamp, told, painted, y: clientY, shown: shown(false) })
          drag.onFrame?.()
        }
        port2.postMessage(null)
      })
    },
    true,
  )
}
