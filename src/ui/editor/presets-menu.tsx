import { memo, useId, useRef, useState } from 'react'
import { evaluateGradient } from '../../recipe/gradient.ts'
import { PRESETS, type Preset, scalePreset } from '../../recipe/presets.ts'
import type { Gradient, RecipeStage } from '../../recipe/recipe.ts'
import { editRecipe } from '../../store/edits.ts'
import { selectLane } from '../../store/edits-view.ts'
import { placeOf, setLane } from './lane-edits.ts'
import type { LaneUse } from './lane-use.ts'

interface Props {
  readonly stage: RecipeStage
  readonly lane: LaneUse
}

/** Named shapes with a picture of each, between two values of t. */
export const PresetsMenu = memo(function PresetsMenu({ stage, lane }: Props) {
  const popover = useRef<HTMLDivElement>(null)
  const [low, setLow] = useState('0')
  const [high, setHigh] = useState('1')
  const id = useId()
  const [from, to] = [Number(low), Number(high)]
  const valid = low.trim() !== '' && high.trim() !== '' && Number.isFinite(from) && Number.isFinite(to)
  const choose = (preset: Preset): void => {
    if (!valid) return
    const lanes = isExact(preset) ? preset.lanes : scalePreset(preset, from, to)
    const [only] = lanes
    const label = `preset ${preset.name}`
    if (lanes.length === 1 && only !== undefined) setLane(stage, lane.ref, only.value, label)
    else if (editRecipe([{ kind: 'set-lanes', at: placeOf(stage, lane.ref), lanes }], label)) selectLane(null)
    popover.current?.hidePopover()
  }
  return (
    <>
      <button type="button" popoverTarget={id} className="presets-button">
        Presets
      </button>
      <div ref={popover} id={id} popover="auto" className="popover presets" role="dialog" aria-label="Presets">
        <p className="presets-range">
          <span>Between t</span>
          <input
            type="text"
            inputMode="decimal"
            className="code"
            aria-label="Lowest t of a preset"
            value={low}
            aria-invalid={!valid}
            onChange={(event) => setLow(event.target.value)}
          />
          <span>and</span>
          <input
            type="text"
            inputMode="decimal"
            className="code"
            aria-label="Highest t of a preset"
            value={high}
            aria-invalid={!valid}
            onChange={(event) => setHigh(event.target.value)}
          />
        </p>
        <ul>
          {PRESETS.map((preset) => (
            <li key={preset.name}>
              <button type="button" className="preset" onClick={() => choose(preset)} disabled={!valid}>
                <Picture preset={preset} />
                <span>
                  <b>{preset.name}</b>
                  <small>{preset.description}</small>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </>
  )
})

/** The lzlv gradients are those of a real recipe, not shapes between 0 and 1. */
function isExact({ name }: Preset): boolean {
  return name.startsWith('lzlv')
}

function Picture({ preset }: { readonly preset: Preset }) {
  return (
    <svg viewBox="0 0 56 28" width="56" height="28" aria-hidden="true" className="preset-picture">
      {preset.lanes.map(({ filter, value }, index) => (
        <path key={filter ?? ''} d={sparkline(value, 52, 22)} data-pattern={index} transform="translate(2 3)" />
      ))}
    </svg>
  )
}

/** A small curve of a gradient in a box. */
export function sparkline(value: Gradient, width: number, height: number): string {
  const steps = 24
  const points = Array.from({ length: steps + 1 }, (_, i) => {
    const t = Math.min(Math.max(evaluateGradient(value, i / steps), 0), 1)
    return `${Math.round((i / steps) * width * 10) / 10} ${Math.round((1 - t) * height * 10) / 10}`
  })
  return `M${points.join('L')}`
}
