import { memo, useId, useState } from 'react'
import { changePoints, mirror, type PointOperation, pointsOf, resample, swapEnds } from '../../recipe/gradient-edit.ts'
import type { Gradient, RecipeStage } from '../../recipe/recipe.ts'
import { useEditorView } from '../../store/edits-view.ts'
import { setLane } from './lane-edits.ts'
import type { LaneUse } from './lane-use.ts'
import { isWay } from './subjects.ts'

interface Props {
  readonly stage: RecipeStage
  readonly lane: LaneUse
  readonly value: Gradient
}

const OPERATIONS: Record<PointOperation, string> = { set: 'Set', add: 'Add', multiply: 'Multiply' }

/** Arithmetic on the selected points, or on all, and on the curve as a whole. */
export const PointTools = memo(function PointTools({ stage, lane, value }: Props) {
  const selected = useEditorView((view) => view.points)
  const [operation, setOperation] = useState<PointOperation>('add')
  const [text, setText] = useState('0.05')
  const id = useId()
  const count = pointsOf(value).length
  const operand = /^[-+]?(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : null
  const some = selected.size > 0 && selected.size < count
  const apply = (): void => {
    if (operand === null) return
    const next = changePoints(value, some ? selected : null, operation, operand)
    setLane(stage, lane.ref, next, `${OPERATIONS[operation].toLowerCase()} points`)
  }
  const whole = (next: Gradient, label: string) => () => void setLane(stage, lane.ref, next, label)
  return (
    <span className="point-tools">
      <span className="joined">
        <select
          aria-label="Operation on points"
          value={operation}
          onChange={(event) => setOperation(event.target.value as PointOperation)}
        >
          {Object.entries(OPERATIONS).map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
        <input
          id={id}
          type="text"
          inputMode="decimal"
          aria-label="Number for the operation"
          className="code"
          value={text}
          aria-invalid={operand === null}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && apply()}
        />
        <button type="button" disabled={operand === null} onClick={apply}>
          {some ? `Apply to ${selected.size} of ${count}` : count > 1 ? 'Apply to all' : 'Apply'}
        </button>
      </span>
      <span className="curve-tools">
        {count > 1 && (
          <button
            type="button"
            className="quiet"
            title="Reverse the depth: what the first layers had, the last ones get"
            onClick={whole(mirror(value), 'mirror the curve')}
          >
            Mirror
          </button>
        )}
        {isWay(stage, lane.ref) && (
          <button
            type="button"
            className="quiet"
            title="t becomes 1 − t at every point"
            onClick={whole(swapEnds(value), 'invert the curve')}
          >
            Invert
          </button>
        )}
        {count > 1 && count < 40 && (
          <button
            type="button"
            className="quiet"
            title="A new point between each two: the same curve, finer to shape"
            onClick={whole(resample(value, 2 * count - 1), 'refine the curve')}
          >
            Refine
          </button>
        )}
      </span>
    </span>
  )
})
