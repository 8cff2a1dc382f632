import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useDeferredValue, useId, useMemo, useRef, useState } from 'react'
import type { MergeReport, TensorReport } from '../merge/report.ts'
import type { Plan } from '../plan/plan.ts'
import { useFlight } from '../store/flight.ts'
import { useGeometry } from '../store/geometry-state.ts'
import { useStudio } from '../store/studio.ts'
import { formatCount } from './format.ts'
import { shortName, useModelColours } from './model-name.tsx'
import { StepsPanel } from './steps/steps-panel.tsx'
import { stepsAt, TableExport } from './steps/table-export.tsx'
import { TableFlight } from './table-flight.tsx'
import { stageLabels, tableWidths } from './tensor-columns.ts'
import { TensorHead } from './tensor-head.tsx'
import { orderTensors, type Sorting, type SortKey } from './tensor-order.ts'
import { TensorRowView, type TensorsShown } from './tensor-row.tsx'
import { useSettled } from './use-settled.ts'
import { useStagesInView } from './use-stages-in-view.ts'

const ROW_HEIGHT = 42
const HEAD_HEIGHT = 52

/** Every output tensor: a row each, of which only those in view are in the document. */
export function TensorTable() {
  const plan = useStudio((studio) => studio.plan)
  const report = useStudio(({ run }) => (run.phase === 'done' && run.plan === plan ? run.report : null))
  // A drag makes a plan a frame, which differs in t alone; the geometry's own stays, and has the t that is tried beside it.
  const measured = useGeometry((state) => state.plan)
  if (plan !== null) return <PlannedTensors plan={measured ?? plan} report={report} />
  return (
    <p className="hint work-empty">
      Every tensor of the result is listed here as soon as the recipe and its models are complete: where it comes from,
      and its t in each stage.
    </p>
  )
}

function PlannedTensors({ plan, report }: { readonly plan: Plan; readonly report: MergeReport | null }) {
  const [filter, setFilter] = useState('')
  /** Name of the tensor whose steps are shown. */
  const [opened, setOpened] = useState<string | null>(null)
  const [sorting, setSorting] = useState<Sorting>({ key: 'order', descending: false })
  const wanted = useDeferredValue(filter)
  const geometry = useGeometry((state) => state.geometry)
  const grams = useGeometry((state) => state.grams)
  const cosines = useGeometry((state) => state.cosines)
  // Only a column of the geometry moves with it: other orders stay while t changes.
  const sortedBy = sorting.key.includes(':') ? geometry : null
  const rows = useMemo(
    () => orderTensors(plan.jobs, wanted, sorting, sortedBy === null ? null : { geometry: sortedBy, cosines }),
    [plan, wanted, sorting, sortedBy, cosines],
  )
  const labels = useMemo(() => stageLabels(plan), [plan])
  const reports = useMemo(
    () => new Map(report?.tensors.map((tensor): [string, TensorReport] => [tensor.name, tensor])),
    [report],
  )
  const widths = useMemo(() => tableWidths(plan, labels.length), [plan, labels])
  const colours = useModelColours()
  const models = useMemo(
    () => plan.checkpoints.map(({ model }) => ({ name: shortName(model), colour: colours.get(model) ?? null })),
    [plan, colours],
  )
  const scroller = useRef<HTMLDivElement>(null)
  const id = useId()
  const place = plan.jobs.findIndex(({ name }) => name === opened)
  const shown = useMemo(
    (): TensorsShown => ({ plan, colours, models, reports, geometry, grams, cosines }),
    [plan, colours, models, reports, geometry, grams, cosines],
  )
  const settled = useSettled(shown)
  const flying = useFlight(({ stage }) => stage !== undefined)
  const moving = useFlight((flight) => flight.moving)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 4,
  })
  const items = virtual.getVirtualItems()
  const [from, to] = [virtual.range?.startIndex ?? 0, virtual.range?.endIndex ?? Number.POSITIVE_INFINITY]
  const [first, last] = useStagesInView(scroller, widths.first)
  const sort = useCallback(
    (key: SortKey): void =>
      setSorting((now) => ({ key, descending: now.key === key ? !now.descending : key === 'size' })),
    [],
  )
  return (
    <>
      <div className="tensor-tools">
        <label htmlFor={id} className="visually-hidden">
          Filter tensors
        </label>
        <input
          id={id}
          type="text"
          placeholder="Filter tensors"
          autoComplete="off"
          spellCheck={false}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <span className="hint" aria-live="polite">
          {rows.length === plan.jobs.length ? '' : `${formatCount(rows.length)} of ${formatCount(plan.jobs.length)}`}
        </span>
        <TableExport plan={plan} reports={reports} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls must be reachable by keyboard. */}
      <section ref={scroller} className="tensor-scroll" aria-label="Table of all tensors" tabIndex={0}>
        <div
          style={{
            paddingTop: items[0]?.start ?? 0,
            height: virtual.getTotalSize() + HEAD_HEIGHT,
            boxSizing: 'border-box',
          }}
        >
          <table
            className="tensors"
            style={widths.style}
            aria-rowcount={rows.length + 2}
            aria-label="Tensors"
            // What is painted in flight, and what is out of view, follows a hand when it rests.
            aria-busy={settled !== shown || moving}
          >
            <TensorHead labels={labels} centred={cosines === 'centred'} sorting={sorting} onSort={sort} />
            <tbody>
              {items.map((item) => {
                const row = rows[item.index]
                return row === undefined ? null : (
                  <TensorRowView
                    key={row.place}
                    row={row}
                    index={item.index}
                    labels={labels}
                    shown={item.index >= from && item.index <= to ? shown : settled}
                    {...{ settled, first, last }}
                    open={row.place === place}
                    onOpen={setOpened}
                  />
                )
              })}
            </tbody>
          </table>
        </div>
      </section>
      {flying && <TableFlight {...{ scroller, rows, labels, shown }} rowHeight={ROW_HEIGHT} />}
      {place >= 0 && (
        <StepsPanel
          key={place}
          steps={stepsAt(plan, place, geometry, grams[place] ?? null, reports)}
          colours={colours}
          onClose={() => setOpened(null)}
        />
      )}
    </>
  )
}
