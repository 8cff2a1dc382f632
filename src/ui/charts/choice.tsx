import { memo, useId } from 'react'

interface Props<T extends string> {
  /** What is chosen, for screen readers. */
  readonly label: string
  readonly options: readonly { readonly value: T; readonly text: string; readonly title?: string }[]
  readonly value: T
  readonly onChoose: (value: T) => void
}

/** A row of radio buttons that looks like a switch. While a gesture lasts it stays as it is. */
export const Choice = memo(ChoiceView) as typeof ChoiceView

function ChoiceView<T extends string>({ label, options, value, onChoose }: Props<T>) {
  const name = useId()
  return (
    <fieldset className="choice">
      <legend className="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value} title={option.title} className="choice-option">
          <input
            type="radio"
            name={name}
            className="visually-hidden"
            checked={option.value === value}
            onChange={() => onChoose(option.value)}
          />
          {option.text}
        </label>
      ))}
    </fieldset>
  )
}
