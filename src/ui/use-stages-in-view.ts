import { type RefObject, useEffect, useState } from 'react'
import { stagesInView } from './tensor-columns.ts'

/**
 * The stages whose columns are in view: read when the table is scrolled or sized, since to ask for it in a frame of a gesture has the browser lay out the page once more.
 * @param first width before the stages
 */
export function useStagesInView(
  scroller: RefObject<HTMLElement | null>,
  first: number,
): readonly [first: number, last: number] {
  const [range, setRange] = useState<readonly [number, number]>([0, Number.POSITIVE_INFINITY])
  useEffect(() => {
    const view = scroller.current
    if (view === null) return
    const read = (): void =>
      setRange((before) => {
        const now = stagesInView(first, view)
        return now[0] === before[0] && now[1] === before[1] ? before : now
      })
    const observer = new ResizeObserver(read)
    observer.observe(view)
    view.addEventListener('scroll', read, { passive: true })
    return () => {
      observer.disconnect()
      view.removeEventListener('scroll', read)
    }
  }, [scroller, first])
  return range
}
