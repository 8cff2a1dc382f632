import { lazy, Suspense, useEffect, useState } from 'react'
import { helpPlace } from './sections.ts'

const Docs = lazy(() => import('./docs.tsx'))

/** Shows help while the address asks for it (`#help/…`), so that a place in it can be linked and Back leads out. Loaded then. */
export function DocsPlace() {
  const [place, setPlace] = useState(() => helpPlace(location.hash))
  useEffect(() => {
    const look = (): void => setPlace(helpPlace(location.hash))
    window.addEventListener('hashchange', look)
    return () => window.removeEventListener('hashchange', look)
  }, [])
  if (place === null) return null
  const close = (): void => {
    history.replaceState(history.state, '', location.pathname + location.search)
    setPlace(null)
  }
  return (
    <Suspense fallback={null}>
      <Docs place={place} onClose={close} />
    </Suspense>
  )
}
