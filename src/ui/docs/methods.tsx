import { METHOD_FACTS } from '../../recipe/method-facts.ts'
import { METHODS } from '../../recipe/recipe.ts'
import { MethodText } from '../stages/method-text.tsx'

/** Every merge method: what it does, what it takes, what it reads. */
export function MethodPages() {
  return (
    <>
      <p>
        A stage has one method; <code>merge_method</code> names it. Names, parameters and defaults are those of mergekit
        0.1.4. Where a recipe is silent, the default holds. A number may be a gradient over the depth, and may differ by
        filter.
      </p>
      {METHODS.map((method) => (
        <section key={method}>
          <h4 id={`help-method-${method}`}>{METHOD_FACTS[method].title}</h4>
          <MethodText method={method} />
        </section>
      ))}
    </>
  )
}
