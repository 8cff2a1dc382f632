import { useId } from 'react'
import { METHOD_FACTS } from '../../recipe/method-facts.ts'
import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import { editRecipe } from '../../store/edits.ts'
import { selectSubject } from '../../store/edits-view.ts'
import { useStudio } from '../../store/studio.ts'
import { useModelColours } from '../model-name.tsx'
import { allStages, referenceColour, referenceTitle } from './stage-ends.ts'

interface Props {
  readonly recipe: Recipe
  readonly stage: RecipeStage
  readonly locked: boolean
}

/** What goes into a stage: its base, where the method takes one, and its models, one more or one less. */
export function StageModels({ recipe, stage, locked }: Props) {
  const id = useId()
  const colours = useModelColours()
  const opened = useStudio((studio) => studio.models)
  const matched = new Set(useStudio((studio) => studio.matches).values())
  const { base: kind, models: limits } = METHOD_FACTS[stage.method]
  const [slice] = stage.slices
  const base = slice?.baseModel ?? stage.baseModel
  const beside = kind === 'required' || kind === 'optional'
  const merged = (slice?.sources ?? []).flatMap(({ model }) => (beside && model === base ? [] : [model]))
  const stages = allStages(recipe).flatMap(({ name }) => (name === null || name === stage.name ? [] : [name]))
  const more = opened.flatMap(({ id: model, name, phase }) => (matched.has(model) || phase === 'failed' ? [] : [name]))
  const all = [...new Set([...recipe.models, ...more, ...stages])]
  const free = all.filter((name) => !merged.includes(name) && name !== base)
  const title = (name: string) => referenceTitle(recipe, name)
  const edit = (edits: Parameters<typeof editRecipe>[0], label: string): void => {
    if (editRecipe(edits, label)) selectSubject(null)
  }
  if (!stage.wholeModels) return null
  return (
    <div className="stage-models">
      {kind !== 'none' && (
        <>
          <label htmlFor={`${id}base`}>Base</label>
          <select
            id={`${id}base`}
            disabled={locked}
            value={base ?? ''}
            onChange={({ target }) =>
              edit(
                [{ kind: 'set-base', stage: stage.name, model: target.value === '' ? null : target.value }],
                'choose a base',
              )
            }
          >
            {(kind === 'optional' || base === null) && <option value="">None</option>}
            {all.map((name) => (
              <option key={name} value={name}>
                {title(name)}
              </option>
            ))}
          </select>
        </>
      )}
      <span className="stage-models-title" id={`${id}models`}>
        Models
      </span>
      <ul aria-labelledby={`${id}models`}>
        {merged.map((name) => (
          <li key={name}>
            <span
              className="end-dot"
              style={{ background: referenceColour(recipe, name, colours) }}
              aria-hidden="true"
            />
            <span className="stage-models-name">{title(name)}</span>
            <button
              type="button"
              className="quiet icon"
              aria-label={`Take ${title(name)} out of the stage`}
              title="Take it out of the stage"
              disabled={locked || merged.length <= limits[0]}
              onClick={() =>
                edit([{ kind: 'remove-source', stage: stage.name, model: name }], 'take a model out of a stage')
              }
            >
              ×
            </button>
          </li>
        ))}
        {free.length > 0 && merged.length < limits[1] && (
          <li>
            <select
              aria-label="Add a model to the stage"
              disabled={locked}
              value=""
              onChange={({ target }) =>
                edit([{ kind: 'add-source', stage: stage.name, model: target.value }], 'add a model to a stage')
              }
            >
              <option value="">Add …</option>
              {free.map((name) => (
                <option key={name} value={name}>
                  {title(name)}
                </option>
              ))}
            </select>
          </li>
        )}
      </ul>
    </div>
  )
}
