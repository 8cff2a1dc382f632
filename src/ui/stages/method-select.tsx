import { useId } from 'react'
import { METHOD_FACTS } from '../../recipe/method-facts.ts'
import { METHODS, type Method, type RecipeStage } from '../../recipe/recipe.ts'
import { editRecipe } from '../../store/edits.ts'
import { selectStage } from '../../store/edits-view.ts'
import { HelpMark } from '../terms/term-help.tsx'
import { MethodText } from './method-text.tsx'

interface Props {
  readonly stage: RecipeStage
  readonly locked: boolean
}

/** Which way the stage merges, and what that means in a sentence or two. */
export function MethodSelect({ stage, locked }: Props) {
  const id = useId()
  const choose = (method: Method): void => {
    // The page's own choice would go on to a stage that still has a gradient of t.
    if (editRecipe([{ kind: 'set-method', stage: stage.name, method }], 'change the method')) selectStage(stage.name)
  }
  return (
    <span className="method-select">
      <select
        aria-label="Method"
        title={METHOD_FACTS[stage.method].words}
        disabled={locked}
        value={stage.method}
        onChange={(event) => {
          const method = METHODS.find((each) => each === event.target.value)
          if (method !== undefined) choose(method)
        }}
      >
        {METHODS.map((method) => (
          <option key={method} value={method} disabled={!fits(stage, method)}>
            {METHOD_FACTS[method].title}
          </option>
        ))}
      </select>
      <span className="term-help">
        <button
          type="button"
          className="quiet term-button"
          popoverTarget={id}
          aria-label="What does this method do?"
          title="What does this method do?"
        >
          <HelpMark />
        </button>
      </span>
      <div id={id} popover="auto" role="dialog" aria-label={METHOD_FACTS[stage.method].title} className="popover term">
        <MethodText method={stage.method} />
      </div>
    </span>
  )
}

/** Whether the stage has as many models as a method takes: with a base beside them, or without. */
function fits(stage: RecipeStage, method: Method): boolean {
  if (method === stage.method) return true
  const { base, models } = METHOD_FACTS[method]
  return stage.slices.every(({ sources }) => {
    const count = sources.length
    const least = models[0] + (base === 'required' ? 1 : 0)
    const most = models[1] + (base === 'required' || base === 'optional' ? 1 : 0)
    return count >= least && count <= most
  })
}
