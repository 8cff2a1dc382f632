import { METHOD_FACTS } from '../../recipe/method-facts.ts'
import type { ParameterFacts } from '../../recipe/method-parameters.ts'
import { parameterFacts } from '../../recipe/methods.ts'
import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import type { Subject } from '../../store/edits-view.ts'
import { referenceTitle } from './stage-ends.ts'

/** True of a slerp's t: the curve between two named ends. */
export function isWay(stage: RecipeStage, { parameter }: Subject): boolean {
  return stage.method === 'slerp' && parameter === 't'
}

/** Everything of a stage that can be shaped over the depth: of each model first, then of the stage. */
export function subjectsOf(stage: RecipeStage): readonly Subject[] {
  const { base: kind, shared, perModel } = METHOD_FACTS[stage.method]
  const [slice] = stage.slices
  const base = kind === 'none' || kind === 'end' ? null : (slice?.baseModel ?? stage.baseModel)
  const models = (slice?.sources ?? []).flatMap(({ model }, index) => (model === base ? [] : [index]))
  const numbers = (list: readonly ParameterFacts[]) => list.filter((facts) => facts.kind !== 'flag')
  return [
    ...numbers(perModel).flatMap(({ name }): Subject[] => [
      ...models.map((source) => ({ parameter: name, source })),
      ...(stage.parameters.has(name) ? [{ parameter: name, source: null }] : []),
    ]),
    ...numbers(shared).map(({ name }) => ({ parameter: name, source: null })),
  ]
}

export function sameSubject(a: Subject | null, b: Subject | null): boolean {
  return a?.parameter === b?.parameter && a?.source === b?.source
}

/** What the page looks at: what was asked for, else the first that the recipe gives a value. */
export function shownSubject(stage: RecipeStage, wanted: Subject | null): Subject | null {
  const all = subjectsOf(stage)
  return (
    all.find((subject) => sameSubject(subject, wanted)) ??
    all.find(({ parameter, source }) => parametersAt(stage, source).some((level) => level.has(parameter))) ??
    all[0] ??
    null
  )
}

function parametersAt(stage: RecipeStage, source: number | null) {
  return source === null
    ? [stage.parameters, ...stage.slices.map(({ parameters }) => parameters)]
    : stage.slices.flatMap(({ sources }) => sources[source]?.parameters ?? [])
}

/** `weight of Xwin`, `lambda`, `weight of all models`. */
export function subjectTitle(recipe: Recipe, stage: RecipeStage, { parameter, source }: Subject): string {
  const model = source === null ? undefined : stage.slices[0]?.sources[source]?.model
  if (model !== undefined) return `${parameter} of ${referenceTitle(recipe, model)}`
  const isPerModel = METHOD_FACTS[stage.method].perModel.some(({ name }) => name === parameter)
  return isPerModel ? `${parameter} of all models` : parameter
}

/** The model whose parameter it is; null for the stage's own. */
export function subjectModel(stage: RecipeStage, { source }: Subject): string | null {
  return source === null ? null : (stage.slices[0]?.sources[source]?.model ?? null)
}

export interface Scale {
  readonly low: number
  readonly high: number
  /** What a key or a hand moves a value by. */
  readonly unit: number
}

/** Parameters that are parts of a whole or factors near 1; others may be of any size. */
const PARTS: ReadonlySet<string> = new Set(['weight', 'density', 'scale', 'lambda', 'select_topk'])

/** The axis of a parameter with some values: 0 to 1 where it is a part, else up to a power of ten that holds them. */
export function scaleOf(stage: RecipeStage, subject: Subject, values: readonly number[]): Scale {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)]
  if (isWay(stage, subject) || PARTS.has(subject.parameter)) return { low: least, high: Math.max(1, most), unit: 0.01 }
  const high = most > 0 ? 10 ** Math.ceil(Math.log10(most) - 1e-9) : 1
  const isCount = parameterFacts(stage.method, subject.parameter)?.kind === 'count'
  return { low: least, high: isCount ? Math.max(10, high) : high, unit: isCount ? 1 : high / 100 }
}
