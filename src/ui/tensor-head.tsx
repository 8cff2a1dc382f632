import { memo } from 'react'
import { STAGE_COLUMNS, type StageColumn } from './tensor-columns.ts'
import type { Sorting, SortKey } from './tensor-order.ts'

interface Props {
  readonly labels: readonly string[]
  readonly centred: boolean
  readonly sorting: Sorting
  readonly onSort: (key: SortKey) => void
}

/** The head of the table of tensors: what a tensor is, and a group of columns a stage. */
export const TensorHead = memo(function TensorHead({ labels, centred, sorting, onSort }: Props) {
  return (
    <thead>
      <tr aria-rowindex={1} className="head-tensor">
        <Sortable
          name="#"
          label="order"
          column="order"
          className="col-order"
          rows={2}
          sorting={sorting}
          onSort={onSort}
        />
        <Sortable name="Tensor" column="name" className="col-name" rows={2} sorting={sorting} onSort={onSort} />
        <th scope="col" rowSpan={2} className="col-share">
          Share
        </th>
        {labels.map((label) => (
          <th
            key={label}
            scope="colgroup"
            colSpan={STAGE_COLUMNS.length}
            className="col-group"
            style={{ gridColumn: `span ${STAGE_COLUMNS.length}` }}
          >
            {stageTitle(label)}
          </th>
        ))}
        <th scope="col" rowSpan={2} className="col-shape">
          Shape
        </th>
        <th scope="col" rowSpan={2} className="col-dtype">
          Dtype
        </th>
        <Sortable name="Size" column="size" className="col-size" rows={2} sorting={sorting} onSort={onSort} />
      </tr>
      <tr aria-rowindex={2} className="head-stage">
        {labels.flatMap((label) =>
          STAGE_COLUMNS.map(({ key, name }) => {
            const title = key === 'angle' && centred ? 'Angle, mean-centred' : name
            if (key === 'coefficients')
              return (
                <th key={`${key}:${label}`} scope="col" className={`col-${key}`}>
                  {title}
                </th>
              )
            return (
              <Sortable
                key={`${key}:${label}`}
                name={title}
                label={`${title} of ${stageTitle(label)}`}
                column={`${key as Exclude<StageColumn, 'coefficients'>}:${label}`}
                className={`col-${key}`}
                rows={1}
                sorting={sorting}
                onSort={onSort}
              />
            )
          }),
        )}
      </tr>
    </thead>
  )
})

export function stageTitle(label: string): string {
  return label === '' ? 'Result' : label
}

interface SortableProps {
  readonly name: string
  readonly label?: string
  readonly column: SortKey
  readonly className: string
  readonly rows: number
  readonly sorting: Sorting
  readonly onSort: (key: SortKey) => void
}

function Sortable({ name, label, column, className, rows, sorting, onSort }: SortableProps) {
  const active = sorting.key === column
  const direction = sorting.descending ? 'descending' : 'ascending'
  return (
    <th scope="col" rowSpan={rows} className={className} aria-sort={active ? direction : 'none'}>
      <button type="button" className="sort" aria-label={label} onClick={() => onSort(column)}>
        {name}
        <span className="sort-mark" aria-hidden="true">
          {active ? (sorting.descending ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  )
}
