import { useId, useState } from 'react'
import { formatGradient, parseGradient } from '../../recipe/gradient-edit.ts'
import type { Gradient, RecipeStage } from '../../recipe/recipe.ts'
import { endStep } from '../../store/history.ts'
import { setLane } from './lane-edits.ts'
import type { LaneUse } from './lane-use.ts'

interface Props {
  readonly stage: RecipeStage
  readonly lane: LaneUse
  readonly value: Gradient
  readonly locked: boolean
}

/** The points as a list of numbers, read and typed. What is typed stays as it was written until the field is left. */
export function GradientList({ stage, lane, value, locked }: Props) {
  const [typed, setTyped] = useState<string | null>(null)
  const id = useId()
  const text = typed ?? formatGradient(value)
  const invalid = typed !== null && parseGradient(typed) === null
  const change = (next: string): void => {
    setTyped(next)
    const gradient = parseGradient(next)
    if (gradient !== null) setLane(stage, lane.ref, gradient, 'type the gradient', 'type the gradient')
  }
  return (
    <span className="gradient-list">
      <label htmlFor={id}>{lane.ref.parameter}</label>
      <input
        id={id}
        type="text"
        aria-label="Gradient as a list"
        className="code"
        title="A number, or a list of numbers spread evenly over the depth"
        autoComplete="off"
        spellCheck={false}
        readOnly={locked}
        aria-invalid={invalid}
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && setTyped(null)}
        onBlur={() => {
          setTyped(null)
          endStep()
        }}
      />
    </span>
  )
}
