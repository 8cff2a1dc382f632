import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, useDeferredValue, useId, useMemo, useRef, useState } from 'react'
import type { MergeReport, TensorReport } from '../merge/report.ts'
import type { Plan } from '../plan/plan.ts'
import { useStudio } from '../store/studio.ts'
import { formatCount, formatShape } from './format.ts'
import { useModelColours } from './model-name.tsx'
import { orderTensors, type Sorting, type SortKey } from './tensor-order.ts'
import { TensorRowView } from './tensor-row.tsx'

const ROW_HEIGHT = 42

/** Every output tensor: a row each, of which only those in view are in the document. */
export function TensorTable() {
  const plan = useStudio((studio) => studio.plan)
  const report = useStudio(({ run }) => (run.phase === 'done' && run.plan === plan ? run.report : null))
  if (plan !== null) return <PlannedTensors plan={plan} report={report} />
  return (
    <p className="hint work-empty">
      Every tensor of the result is listed here as soon as the recipe and its models are complete: where it comes from,
      and its t in each stage.
    </p>
  )
}

function PlannedTensors({ plan, report }: { readonly plan: Plan; readonly report: MergeReport | null }) {
  const [filter, setFilter] = useState('')
  const [sorting, setSorting] = useState<Sorting>({ key: 'order', descending: false })
  const wanted = useDeferredValue(filter)
  const rows = useMemo(() => orderTensors(plan.jobs, wanted, sorting), [plan, wanted, sorting])
  const labels = useMemo(() => stageLabels(plan), [plan])
  const reports = useMemo(
    () => new Map(report?.tensors.map((tensor): [string, TensorReport] => [tensor.name, tensor])),
    [report],
  )
  const widths = useMemo(() => tableWidths(plan, labels.length), [plan, labels])
  const colours = useModelColours()
  const scroller = useRef<HTMLDivElement>(null)
  const id = useId()
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  })
  const items = virtual.getVirtualItems()
  const sort = (key: SortKey): void =>
    setSorting((now) => ({ key, descending: now.key === key ? !now.descending : key === 'size' }))
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
          <table className="tensors" style={widths} aria-rowcount={rows.length + 1} aria-label="Tensors">
            <thead>
              <tr aria-rowindex={1}>
                <Sortable name="#" label="order" column="order" sorting={sorting} onSort={sort} />
                <Sortable name="Tensor" column="name" sorting={sorting} onSort={sort} />
                <th scope="col" className="col-shape">
                  Shape
                </th>
                <th scope="col" className="col-dtype">
                  Dtype
                </th>
                <Sortable name="Size" column="size" sorting={sorting} onSort={sort} />
                {labels.map((label) => (
                  <th key={label} scope="col" className="col-stage">
                    {label === '' ? 'Result' : label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {items.map((item) => {
                const row = rows[item.index]
                return row === undefined ? null : (
                  <TensorRowView
                    key={row.place}
                    row={row}
                    index={item.index}
                    plan={plan}
                    labels={labels}
                    colours={colours}
                    report={reports.get(row.job.name)}
                  />
                )
              })}
            </tbody>
          </table>
        </div>
      </section>
    </>
  )
}

const HEAD_HEIGHT = 32

/** As wide as the longest shape and dtype need; below the least width of all columns the table scrolls sideways. */
function tableWidths(plan: Plan, stages: number): CSSProperties {
  const changes = plan.jobs.some((job) => job.sources.some(({ tensor }) => tensor.dtype !== job.dtype))
  const dtype = changes ? 110 : 64
  const shape = 22 + 8 * Math.max(5, ...plan.jobs.map((job) => formatShape(job.shape).length))
  const columns: Record<`--${string}`, string> = { '--dtype-width': `${dtype}px`, '--shape-width': `${shape}px` }
  return { ...columns, minWidth: 370 + shape + dtype + 198 * stages }
}

/** The stages that any tensor has, in order of first use, with the result last. */
function stageLabels(plan: Plan): readonly string[] {
  const labels = plan.jobs.flatMap((job) => job.stages.map((stage) => stage.label ?? ''))
  return [...new Set(labels.filter((label) => label !== '')), '']
}

interface SortableProps {
  readonly name: string
  readonly label?: string
  readonly column: SortKey
  readonly sorting: Sorting
  readonly onSort: (key: SortKey) => void
}

function Sortable({ name, label, column, sorting, onSort }: SortableProps) {
  const active = sorting.key === column
  const direction = sorting.descending ? 'descending' : 'ascending'
  return (
    <th scope="col" className={`col-${column}`} aria-sort={active ? direction : 'none'}>
      <button
        type="button"
        className="sort"
        aria-label={label === undefined ? undefined : `${name} ${label}`}
        onClick={() => onSort(column)}
      >
        {name}
        <span className="sort-mark" aria-hidden="true">
          {active ? (sorting.descending ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  )
}
