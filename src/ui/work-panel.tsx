import { type KeyboardEvent, lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { useStudio } from '../store/studio.ts'
import { formatCount } from './format.ts'
import { MergeReportView } from './merge-report.tsx'
import { TensorTable } from './tensor-table.tsx'
import { useMedia } from './use-media.ts'
import { VocabularyView } from './vocabulary-view.tsx'

const Charts = lazy(() => import('./charts/charts.tsx'))
const CardPanel = lazy(() => import('./card/card-panel.tsx'))
const TastePanel = lazy(() => import('./taste/taste-panel.tsx'))

type Shown = 'charts' | 'tensors' | 'vocabulary' | 'taste' | 'card' | 'report'

/** What the recipe does: the charts, the table of all tensors, what the models say, and after a merge its report. Wide pages show charts and table at once. */
export function WorkPanel() {
  const wide = useMedia('(min-width: 1900px)')
  return (
    <section className={wide ? 'panel work work-wide' : 'panel work'} aria-label="What it does" data-guide="effect">
      {wide && (
        <>
          <div className="panel-head">
            <h2>What it does</h2>
          </div>
          <div className="work-body work-charts">
            <LazyCharts />
          </div>
        </>
      )}
      <WorkTabs wide={wide} />
    </section>
  )
}

function WorkTabs({ wide }: { readonly wide: boolean }) {
  const tensors = useStudio((studio) => studio.plan?.jobs.length ?? null)
  const run = useStudio((studio) => studio.run)
  const demo = useStudio((studio) => studio.demo)
  const [chosen, setShown] = useState<Shown>('charts')
  useEffect(() => {
    if (run.phase === 'done') setShown('report')
    else setShown((now) => (now === 'report' ? 'charts' : now))
  }, [run.phase])
  // Who tries the demo wants to hear it.
  useEffect(() => {
    if (demo === 'opening') setShown('taste')
  }, [demo])
  const report = run.phase === 'done' ? run : null
  const offered: readonly Shown[] = [
    ...(wide ? [] : (['charts'] as const)),
    'tensors',
    'vocabulary',
    'taste',
    'card',
    ...(report === null ? [] : (['report'] as const)),
  ]
  const shown = offered.includes(chosen) ? chosen : (offered[0] ?? 'tensors')
  return (
    <>
      <div className="panel-head tabs" role="tablist" aria-label="What is shown">
        {offered.includes('charts') && (
          <Tab name="charts" shown={shown} onShow={setShown}>
            What it does
          </Tab>
        )}
        <Tab name="tensors" shown={shown} onShow={setShown}>
          Tensors
          <span className="panel-count">{tensors === null ? '' : formatCount(tensors)}</span>
        </Tab>
        <Tab name="vocabulary" shown={shown} onShow={setShown}>
          Vocabulary
        </Tab>
        <Tab name="taste" shown={shown} onShow={setShown}>
          Taste
        </Tab>
        <Tab name="card" shown={shown} onShow={setShown}>
          Model card
        </Tab>
        {report !== null && (
          <Tab name="report" shown={shown} onShow={setShown}>
            Report
          </Tab>
        )}
      </div>
      <div role="tabpanel" id="work-panel" aria-labelledby={`tab-${shown}`} className="work-body">
        {shown === 'charts' && <LazyCharts />}
        {shown === 'tensors' && <TensorTable />}
        {shown === 'vocabulary' && <VocabularyView />}
        {shown === 'taste' && (
          <Suspense fallback={null}>
            <TastePanel />
          </Suspense>
        )}
        {shown === 'card' && (
          <Suspense fallback={null}>
            <CardPanel />
          </Suspense>
        )}
        {shown === 'report' && report !== null && <MergeReportView {...report} onCard={() => setShown('card')} />}
      </div>
    </>
  )
}

function LazyCharts() {
  return (
    <Suspense fallback={null}>
      <Charts />
    </Suspense>
  )
}

interface TabProps {
  readonly name: Shown
  readonly shown: Shown
  readonly onShow: (name: Shown) => void
  readonly children: ReactNode
}

function Tab({ name, shown, onShow, children }: TabProps) {
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${name}`}
      className="tab"
      aria-selected={name === shown}
      aria-controls="work-panel"
      tabIndex={name === shown ? 0 : -1}
      onClick={() => onShow(name)}
      onKeyDown={moveBetweenTabs}
    >
      {children}
    </button>
  )
}

/** Left and right go to the tab beside, as tabs do. */
function moveBetweenTabs(event: KeyboardEvent<HTMLButtonElement>): void {
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
  const { previousElementSibling, nextElementSibling } = event.currentTarget
  const other = event.key === 'ArrowLeft' ? previousElementSibling : nextElementSibling
  if (!(other instanceof HTMLElement)) return
  other.focus()
  other.click()
}
