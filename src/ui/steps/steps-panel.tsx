import { useState } from 'react'
import { formatShape } from '../format.ts'
import { shortName } from '../model-name.tsx'
import { stepsJson } from './steps-text.ts'
import type { Step, StepInput, StepsBasis, TensorSteps } from './tensor-steps.ts'
import './steps.css'

interface Props {
  readonly steps: TensorSteps
  readonly colours: ReadonlyMap<string, number>
  readonly onClose: () => void
}

const BASIS_WORDS: Record<StepsBasis, string> = {
  merge: 'Coefficients as the merge used them',
  exact: 'Coefficients from all elements',
  sampled: 'Coefficients from a sample: the merge takes all elements',
  recipe: 'Coefficients from the recipe alone',
  unknown: 'Not measured yet',
}

/** How one tensor is made, with every number in full: its inputs, and each step with its rounding. */
export function StepsPanel({ steps, colours, onClose }: Props) {
  return (
    <section className="steps-panel" aria-label={`Steps of ${steps.name}`}>
      <div className="steps-head">
        <h3 className="code">{steps.name}</h3>
        <span className="hint">
          {formatShape(steps.shape)} {steps.dtype} · {BASIS_WORDS[steps.basis]}
        </span>
        <span className="steps-tools">
          <CopyButton steps={steps} />
          <button type="button" className="quiet" onClick={onClose}>
            Close
          </button>
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className="steps-scroll" tabIndex={0} aria-label="Inputs and steps">
        <table className="steps-table" aria-label="Inputs">
          <tbody>
            {steps.inputs.map((input, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: inputs are told apart by their place.
              <InputRow key={index} name={`x${index}`} input={input} colours={colours} />
            ))}
          </tbody>
        </table>
        {steps.steps.length === 0 ? (
          <p className="hint steps-note">The bytes of x0 are copied as they are.</p>
        ) : (
          <table className="steps-table" aria-label="Stages">
            <tbody>
              {steps.steps.map((step, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: steps are told apart by their place.
                <StepRow key={index} name={`s${index}`} step={step} />
              ))}
            </tbody>
          </table>
        )}
        {steps.rowsByToken && (
          <p className="hint steps-note">
            Rows are arranged by token: where a model lacks a token, others stand in for it in that row.
          </p>
        )}
      </section>
    </section>
  )
}

interface InputRowProps {
  readonly name: string
  readonly input: StepInput
  readonly colours: ReadonlyMap<string, number>
}

function InputRow({ name, input: { model, tensor, dtype, shape, round }, colours }: InputRowProps) {
  return (
    <tr>
      <th scope="row" className="code">
        {name}
      </th>
      <td>
        <b className="model-name" data-colour={colours.get(model)} title={model}>
          {shortName(model)}
        </b>
      </td>
      <td className="code steps-long">
        {tensor} <span className="name-dim">{formatShape(shape)}</span>
      </td>
      <td className="code">
        {dtype}
        {round === null ? <span className="name-dim"> as stored</span> : ` → rounded to ${round}`}
      </td>
    </tr>
  )
}

function StepRow({ name, step }: { readonly name: string; readonly step: Step }) {
  const { stage, t, branch, operands, coefficients, rows, round } = step
  const sum = operands.map((operand, k) => {
    const value = coefficients[k]
    return value === 1 ? operand : `${value ?? '?'} · ${operand}`
  })
  return (
    <tr>
      <th scope="row" className="code">
        {name}
      </th>
      <td>
        <b>{stage === null ? 'Rounding' : stage === '' ? 'Result' : stage}</b>
        <span className="name-dim">
          {t !== null && ` t ${t}`}
          {stage !== null && branch !== null && ` ${branch.toUpperCase()}`}
        </span>
      </td>
      <td className="code steps-long">= {sum.join(' + ')}</td>
      <td className="code">
        {round === 'F32' ? <span className="name-dim">not rounded</span> : `→ rounded to ${round}`}
        <span className="name-dim"> {rows} rows</span>
      </td>
    </tr>
  )
}

function CopyButton({ steps }: { readonly steps: TensorSteps }) {
  const [said, setSaid] = useState('')
  const copy = (): void => {
    navigator.clipboard.writeText(stepsJson([steps])).then(
      () => setSaid('Copied'),
      () => setSaid('The browser refused'),
    )
  }
  return (
    <>
      <span className="hint" role="status">
        {said}
      </span>
      <button type="button" onClick={copy} title="All of it as JSON, with every digit">
        Copy
      </button>
    </>
  )
}
