import { memo, useId, useMemo } from 'react'
import { DIALECT_WORDS, DIALECTS, type Dialect } from '../../recipe/dialect.ts'
import type { RecipeStage } from '../../recipe/recipe.ts'
import { editRecipe } from '../../store/edits.ts'
import { compareWith } from '../../store/edits-view.ts'
import { formatCount } from '../format.ts'
import { TermHelp } from '../terms/term-help.tsx'
import { differences } from './dialect-list.tsx'
import { formatT } from './words.ts'

interface Props {
  readonly dialect: Dialect
  readonly ghost: Dialect | null
  readonly locked: boolean
}

/** Which tool's rule turns the list into t, and what another one would make of it. */
export const DialectBar = memo(function DialectBar({ dialect, ghost, locked }: Props) {
  const id = useId()
  return (
    <div className="dialect">
      <span className="dialect-own">
        <label htmlFor={`${id}d`}>Read as</label>
        <TermHelp term="dialect" question="What is a dialect?" />
      </span>
      <select
        id={`${id}d`}
        value={dialect}
        disabled={locked}
        title={DIALECT_WORDS[dialect].rule}
        onChange={(event) =>
          editRecipe([{ kind: 'set-dialect', dialect: event.target.value as Dialect }], 'change the dialect')
        }
      >
        {DIALECTS.map((each) => (
          <option key={each} value={each}>
            {DIALECT_WORDS[each].label}
          </option>
        ))}
      </select>
      <label htmlFor={`${id}g`}>
        <span className="ghost-sample" aria-hidden="true" />
        Compare with
      </label>
      <select
        id={`${id}g`}
        value={ghost ?? ''}
        onChange={(event) => compareWith(event.target.value === '' ? null : (event.target.value as Dialect))}
      >
        <option value="">Nothing</option>
        {DIALECTS.filter((each) => each !== dialect).map((each) => (
          <option key={each} value={each}>
            {DIALECT_WORDS[each].label}
          </option>
        ))}
      </select>
    </div>
  )
})

interface DifferenceProps {
  readonly stage: RecipeStage
  readonly names: readonly string[]
  readonly own: Dialect
  readonly ghost: Dialect
}

/** A sentence: how many tensors of the stage have another t, and which most. */
export function DialectDifference({ stage, names, own, ghost }: DifferenceProps) {
  const sentence = useMemo(() => differenceInWords(stage, own, ghost, names), [stage, own, ghost, names])
  return (
    <p className="dialect-difference" title={DIALECT_WORDS[ghost].rule}>
      {sentence}
    </p>
  )
}

function differenceInWords(stage: RecipeStage, own: Dialect, ghost: Dialect, names: readonly string[]): string {
  const changed = differences(stage, own, ghost, names)
  if (changed.length === 0) return 'The same t for every tensor.'
  const most = changed.reduce((a, b) => (Math.abs(b.t - b.other) > Math.abs(a.t - a.other) ? b : a))
  const shown = changed.length <= 2 ? changed : [most]
  const list = shown.map(
    ({ name, t, other }) => `${name.replace(/\.weight$/, '')} ${formatT(other)} instead of ${formatT(t)}`,
  )
  const count = `${formatCount(changed.length)} of ${formatCount(names.length)} tensors differ`
  return `${count}${changed.length <= 2 ? ': ' : ', most of all '}${list.join(', ')}.`
}
