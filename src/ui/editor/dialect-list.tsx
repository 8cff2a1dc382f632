import { useMemo, useState } from 'react'
import { DIALECT_WORDS, type Dialect } from '../../recipe/dialect.ts'
import type { RecipeStage } from '../../recipe/recipe.ts'
import { stageT } from '../../recipe/stage-t.ts'
import { formatCount } from '../format.ts'
import { formatT } from './words.ts'

interface Props {
  readonly stage: RecipeStage
  readonly names: readonly string[]
  readonly own: Dialect
  readonly ghost: Dialect
}

/** A list of tens of thousands of experts is for the exported table. */
const MOST = 1000

interface Difference {
  readonly name: string
  readonly t: number
  readonly other: number
}

/** Tensors of a slerp stage whose t another dialect gives another value. */
export function differences(
  stage: RecipeStage,
  own: Dialect,
  ghost: Dialect,
  names: readonly string[],
): readonly Difference[] {
  const theirs = stageT(stage, ghost, names)
  return stageT(stage, own, names).flatMap(({ name, t }, i) => {
    const other = theirs[i]?.t ?? null
    return t === null || other === null || Math.abs(t - other) < 1e-9 ? [] : [{ name, t, other }]
  })
}

/** Every tensor that differs with both values, on request. @param stage at rest: the list does not follow a gesture */
export function DialectList(props: Props) {
  const [open, setOpen] = useState(false)
  return (
    <details className="dialect-list" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Each tensor</summary>
      {open && <Rows {...props} />}
    </details>
  )
}

function Rows({ stage, names, own, ghost }: Props) {
  const found = useMemo(() => differences(stage, own, ghost, names), [stage, own, ghost, names])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard.
    <section className="dialect-rows" aria-label="Tensors that differ" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Tensor</th>
            <th scope="col" className="right" title={DIALECT_WORDS[own].label}>
              t here
            </th>
            <th scope="col" className="right" title={DIALECT_WORDS[ghost].label}>
              t there
            </th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, MOST).map(({ name, t, other }) => (
            <tr key={name}>
              <th scope="row" className="code" title={name}>
                {name.replace(/^model\./, '').replace(/\.weight$/, '')}
              </th>
              <td className="right">{formatT(t)}</td>
              <td className="right">{formatT(other)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {found.length > MOST && <p className="hint">and {formatCount(found.length - MOST)} more</p>}
    </section>
  )
}
