import { useId } from 'react'
import { chooseFolder, setRecipeText } from '../store/recipe.ts'
import { useStudio } from '../store/studio.ts'
import { slerpRecipe } from './example-recipe.ts'
import { ModelChip } from './model-name.tsx'
import { RecipeText } from './recipe-text.tsx'

/** The recipe as text, and which folder stands for each of its models. */
export function RecipePanel() {
  const title = useId()
  return (
    <section className="panel recipe" aria-labelledby={title}>
      <div className="panel-head">
        <h2 id={title}>Recipe</h2>
        <FirstRecipe />
      </div>
      <RecipeText />
      <Matches />
    </section>
  )
}

/** Offered while there is no recipe: one for the first two models that are open. */
function FirstRecipe() {
  const empty = useStudio((studio) => studio.recipeText.trim() === '')
  const models = useStudio((studio) => studio.models)
  const [base, other] = models.filter((model) => model.phase === 'open')
  if (!empty || base === undefined || other === undefined) return null
  return (
    <button type="button" className="quiet" onClick={() => setRecipeText(slerpRecipe(base.name, other.name))}>
      Write a SLERP of the first two models
    </button>
  )
}

/** A row a model of the recipe: matched by name, or chosen by hand. */
function Matches() {
  const recipe = useStudio((studio) => studio.parsed.recipe)
  const matches = useStudio((studio) => studio.matches)
  const models = useStudio((studio) => studio.models)
  const running = useStudio((studio) => studio.run.phase === 'running')
  const id = useId()
  if (recipe === null) return null
  const open = models.filter((model) => model.phase !== 'failed')
  return (
    <ul className="matches" aria-label="Folder of each model">
      {recipe.models.map((model, index) => {
        const match = open.find((candidate) => candidate.id === matches.get(model))
        return (
          <li key={model} className={match === undefined ? 'match match-open' : 'match'}>
            <ModelChip colour={match?.colour ?? null} />
            <label htmlFor={`${id}${index}`} title={model}>
              <span className="visually-hidden">Folder for </span>
              {model}
            </label>
            <select
              id={`${id}${index}`}
              disabled={running}
              value={match?.id ?? ''}
              onChange={(event) => chooseFolder(model, event.target.value === '' ? null : Number(event.target.value))}
            >
              <option value="">{match === undefined ? 'Choose a folder' : 'By its name'}</option>
              {open.map((candidate) => (
                <option key={candidate.id} value={candidate.id}>
                  {candidate.name}
                </option>
              ))}
            </select>
          </li>
        )
      })}
    </ul>
  )
}
