import { useId } from 'react'
import { setTasteRequest } from '../../store/taste.ts'
import { useTaste } from '../../store/taste-state.ts'

const LENGTHS = [30, 60, 120, 240]

/** What all of them are asked, and how their answers are drawn. */
export function Prompt() {
  const request = useTaste((taste) => taste.request)
  const id = useId()
  return (
    <div className="taste-prompt">
      <label className="taste-field taste-question">
        Prompt
        <textarea
          rows={2}
          spellCheck={false}
          value={request.prompt}
          onChange={(event) => setTasteRequest({ prompt: event.target.value })}
        />
      </label>
      <div className="taste-field">
        <label htmlFor={`${id}seed`}>Seed</label>
        <span className="joined">
          <input
            id={`${id}seed`}
            className="taste-seed"
            type="text"
            inputMode="numeric"
            autoComplete="off"
            value={request.seed}
            onChange={(event) => setTasteRequest({ seed: seedOf(event.target.value) })}
          />
          <button type="button" onClick={() => setTasteRequest({ seed: request.seed + 1 })}>
            Next seed
          </button>
        </span>
      </div>
      <div className="taste-field">
        <label htmlFor={`${id}temperature`}>
          Temperature <output>{request.temperature.toFixed(1)}</output>
        </label>
        <input
          id={`${id}temperature`}
          type="range"
          min={0}
          max={1.5}
          step={0.1}
          value={request.temperature}
          onChange={(event) => setTasteRequest({ temperature: event.target.valueAsNumber })}
        />
      </div>
      <label className="taste-field">
        Tokens
        <select value={request.tokens} onChange={(event) => setTasteRequest({ tokens: Number(event.target.value) })}>
          {LENGTHS.map((length) => (
            <option key={length} value={length}>
              {length}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}

/** Digits as a number; anything else counts as 0. */
function seedOf(text: string): number {
  const digits = text.replace(/\D/gu, '').slice(0, 9)
  return digits === '' ? 0 : Number(digits)
}
