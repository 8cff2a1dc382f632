import { useEffect, useState } from 'react'
import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import { editRecipe } from '../../store/edits.ts'
import { selectStage } from '../../store/edits-view.ts'
import { allStages, stageTitle } from '../editor/stage-ends.ts'

interface Props {
  readonly recipe: Recipe
  readonly stage: RecipeStage
}

/** Name of the selected stage, and its removal. */
export function StageTools({ recipe, stage }: Props) {
  const [name, setName] = useState(stage.name ?? '')
  useEffect(() => setName(stage.name ?? ''), [stage.name])
  const rename = (): void => {
    const wanted = name.trim() === '' ? null : name.trim()
    if (wanted === stage.name) return
    if (editRecipe([{ kind: 'rename-stage', stage: stage.name, name: wanted }], 'rename a stage')) selectStage(wanted)
    else setName(stage.name ?? '')
  }
  const remove = (): void => {
    if (editRecipe([{ kind: 'remove-stage', stage: stage.name }], 'remove a stage')) selectStage(undefined)
  }
  return (
    <span className="stage-tools">
      <input
        type="text"
        aria-label="Name of the stage"
        placeholder="Result"
        autoComplete="off"
        spellCheck={false}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onBlur={rename}
        onKeyDown={(event) => event.key === 'Enter' && rename()}
      />
      {allStages(recipe).length > 1 && (
        <button
          type="button"
          className="quiet"
          title={`What used ${stageTitle(stage.name)} will use its base model`}
          onClick={remove}
        >
          Remove stage
        </button>
      )}
    </span>
  )
}
