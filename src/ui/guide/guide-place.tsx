import { lazy, Suspense } from 'react'
import { useGuide } from '../../store/guide.ts'
import './guide.css'

const GuideCard = lazy(() => import('./guide-card.tsx'))

/** Where the guided start stands, in the flow of the page: it covers nothing. Its script is loaded only while it is shown. */
export function GuidePlace() {
  const shown = useGuide(({ step }) => step !== null)
  if (!shown) return null
  return (
    <section className="guide" aria-label="Guided start">
      <Suspense fallback={null}>
        <GuideCard />
      </Suspense>
    </section>
  )
}
