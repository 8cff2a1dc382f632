import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react'
import { useStudio } from '../store/studio.ts'
import { formatCount } from './format.ts'
import { MergeReportView } from './merge-report.tsx'
import { TensorTable } from './tensor-table.tsx'

/** Below the recipe: the table of all tensors, and after a merge its report. */
export function WorkPanel() {
  const plan = useStudio((studio) => studio.plan)
  const run = useStudio((studio) => studio.run)
  const [shown, setShown] = useState<'tensors' | 'report'>('tensors')
  useEffect(() => setShown(run.phase === 'done' ? 'report' : 'tensors'), [run.phase])
  const report = run.phase === 'done' ? run : null
  return (
    <section className="panel work" aria-label="Tensors and report">
      <div className="panel-head tabs" role="tablist" aria-label="What is shown">
        <Tab name="tensors" shown={shown} onShow={setShown}>
          Tensors
          {plan !== null && <span className="panel-count">{formatCount(plan.jobs.length)}</span>}
        </Tab>
        {report !== null && (
          <Tab name="report" shown={shown} onShow={setShown}>
            Report
          </Tab>
        )}
      </div>
      <div
        role="tabpanel"
        id="work-panel"
        aria-labelledby={`tab-${report === null ? 'tensors' : shown}`}
        className="work-body"
      >
        {report !== null && shown === 'report' ? <MergeReportView {...report} /> : <TensorTable />}
      </div>
    </section>
  )
}

interface TabProps {
  readonly name: 'tensors' | 'report'
  readonly shown: 'tensors' | 'report'
  readonly onShow: (name: 'tensors' | 'report') => void
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

/** Left and right go to the other tab, as tabs do. */
function moveBetweenTabs(event: KeyboardEvent<HTMLButtonElement>): void {
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
  const { previousElementSibling, nextElementSibling } = event.currentTarget
  const other = event.key === 'ArrowLeft' ? previousElementSibling : nextElementSibling
  if (!(other instanceof HTMLElement)) return
  other.focus()
  other.click()
}
