import { METHOD_FACTS } from '../../recipe/method-facts.ts'
import type { RecipeStage } from '../../recipe/recipe.ts'
import { editRecipe } from '../../store/edits.ts'

interface Props {
  readonly stage: RecipeStage
  readonly locked: boolean
}

/** The switches of a method, as its recipe has them or by default. */
export function MethodFlags({ stage, locked }: Props) {
  const flags = METHOD_FACTS[stage.method].shared.filter(({ kind }) => kind === 'flag')
  if (flags.length === 0) return null
  return (
    <span className="method-flags">
      {flags.map(({ name, default: value, words }) => {
        const entries = stage.parameters.get(name)
        const on = (entries?.[0]?.value ?? value ?? 0) !== 0
        // Several entries say different things of different tensors: the text has them.
        const several = (entries?.length ?? 0) > 1 || stage.slices.some(({ parameters }) => parameters.has(name))
        return (
          <label key={name} title={several ? `${words} Set for some tensors in the text.` : words}>
            <input
              type="checkbox"
              checked={on}
              disabled={locked || several}
              onChange={() =>
                editRecipe(
                  [{ kind: 'set-gradient', at: { stage: stage.name, parameter: name }, lane: 0, value: on ? 0 : 1 }],
                  `switch ${name} ${on ? 'off' : 'on'}`,
                )
              }
            />
            {name}
          </label>
        )
      })}
    </span>
  )
}
