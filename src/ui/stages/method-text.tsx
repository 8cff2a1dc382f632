import { METHOD_FACTS } from '../../recipe/method-facts.ts'
import type { MethodFacts, ParameterFacts } from '../../recipe/method-parameters.ts'
import type { Method } from '../../recipe/recipe.ts'
import './method.css'

interface Props {
  readonly method: Method
}

/** What a method does, what it takes and reads, and where it was published. */
export function MethodText({ method }: Props) {
  const facts = METHOD_FACTS[method]
  const parameters = [
    ...facts.perModel.map((each) => ({ ...each, of: 'of each model' })),
    ...facts.shared.map((each) => ({ ...each, of: '' })),
  ]
  return (
    <div className="method-text">
      <p>
        {facts.words} In a recipe: <code>{method}</code>.
      </p>
      <p>{inputsInWords(facts)}</p>
      {parameters.length > 0 && (
        <dl>
          {parameters.map((each) => (
            <div key={each.name}>
              <dt>
                <code>{each.name}</code> {each.of}
              </dt>
              <dd>
                {each.words} {defaultInWords(each)}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {facts.paper !== null && <p className="hint">{facts.paper}</p>}
    </div>
  )
}

function inputsInWords({ base, models: [least, most] }: MethodFacts): string {
  const count =
    least === most ? (least === 1 ? 'one model' : 'two models') : `${least === 1 ? 'one model' : 'two models'} or more`
  if (base === 'end') return `Takes ${count}; base_model says which of them is the base.`
  if (base === 'required') return `Takes ${count}, and base_model: the one that they were made from.`
  if (base === 'optional') return `Takes ${count}; with base_model, their differences from it are merged.`
  return `Takes ${count}, all alike.`
}

function defaultInWords({ default: value, kind }: ParameterFacts): string {
  if (value === null) return 'Has to be given.'
  return `Without it: ${kind === 'flag' ? (value === 0 ? 'false' : 'true') : value}.`
}
