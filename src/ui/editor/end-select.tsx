import { memo } from 'react'
import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import { editRecipe } from '../../store/edits.ts'
import { allStages, referenceTitle } from './stage-ends.ts'

interface Props {
  readonly recipe: Recipe
  readonly stage: RecipeStage
  readonly end: 'base' | 'other'
  /** The model or stage at this end now. */
  readonly value: string
  readonly opposite: string
  readonly colour: string
  readonly locked: boolean
  /** Models that are open and not in the recipe yet. */
  readonly more: readonly string[]
}

/** One end of the t axis: which model or stage it is, in its colour; chosen here, or by dragging a line in the graph. */
export const EndSelect = memo(function EndSelect(props: Props) {
  const { recipe, stage, end, value, opposite, colour, locked, more } = props
  const stages = allStages(recipe).flatMap(({ name }) => (name === null || name === stage.name ? [] : [name]))
  const options = [...new Set([value, ...recipe.models, ...more, ...stages])].filter((name) => name !== opposite)
  return (
    <span className="end" data-end={end}>
      <span className="end-dot" style={{ background: colour }} aria-hidden="true" />
      <span className="end-t" aria-hidden="true">
        t = {end === 'base' ? 0 : 1}
      </span>
      <select
        aria-label={end === 'base' ? 'Base model, t 0' : 'Other model, t 1'}
        value={value}
        disabled={locked}
        onChange={(event) =>
          editRecipe([{ kind: 'set-model', stage: stage.name, end, model: event.target.value }], 'connect a model')
        }
      >
        {options.map((name) => (
          <option key={name} value={name}>
            {referenceTitle(recipe, name)}
          </option>
        ))}
      </select>
    </span>
  )
})
