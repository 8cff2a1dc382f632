import { modelLabel } from '../../recipe/describe.ts'
import { METHOD_FACTS } from '../../recipe/method-facts.ts'
import { withoutRevision } from '../../recipe/model-reference.ts'
import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'

/** The two ends of a slerp stage, as the recipe names them. */
export interface StageEnds {
  /** t = 0. */
  readonly base: string
  /** t = 1. */
  readonly other: string
}

/** Null for a stage that is no slerp of two models. */
export function endsOf(stage: RecipeStage): StageEnds | null {
  const [slice] = stage.slices
  const base = slice?.baseModel ?? stage.baseModel
  const other = slice?.sources.find(({ model }) => model !== base)?.model
  return stage.method !== 'slerp' || base === null || base === undefined || other === undefined ? null : { base, other }
}

/** Every stage that the text has, the unused ones last. */
export function allStages(recipe: Recipe): readonly RecipeStage[] {
  return [...recipe.stages, ...recipe.unused]
}

/** The stage that a reference names; null for a model. */
export function stageOf(recipe: Recipe, reference: string): RecipeStage | null {
  return allStages(recipe).find(({ name }) => name !== null && name === withoutRevision(reference)) ?? null
}

/** What a stage is called on the page. */
export function stageTitle(name: string | null): string {
  return name ?? 'Result'
}

/** What a model or a stage is called on the page. */
export function referenceTitle(recipe: Recipe, reference: string): string {
  return stageOf(recipe, reference)?.name ?? modelLabel(reference)
}

/** A model's own colour; a stage has the mixture of its ends, or of all that it merges. */
export function referenceColour(
  recipe: Recipe,
  reference: string,
  colours: ReadonlyMap<string, number>,
  depth = 0,
): string {
  const stage = stageOf(recipe, reference)
  if (stage !== null && depth <= 20) {
    const ends = endsOf(stage)
    const parts = ends === null ? mergedBy(stage) : [ends.base, ends.other]
    const mixed = parts.map((part) => referenceColour(recipe, part, colours, depth + 1))
    const [first] = mixed
    // One after the other, each with as much as those before it together have of each.
    if (first !== undefined)
      return mixed.slice(1).reduce((sum, part, k) => {
        const share = ends === null ? ` ${Math.round(100 / (k + 2))}%` : ''
        return `color-mix(in oklab, ${sum}, ${part}${share})`
      }, first)
  }
  const colour = colours.get(reference)
  return colour === undefined ? 'var(--ink-3)' : `var(--model-${colour})`
}

/** The models and stages that go into a stage; a base that stands beside them does not. */
function mergedBy(stage: RecipeStage): readonly string[] {
  const { base } = METHOD_FACTS[stage.method]
  const beside = base === 'required' || base === 'optional' ? stage.baseModel : null
  return [...new Set(stage.slices.flatMap(({ sources }) => sources.map(({ model }) => model)))].filter(
    (model) => model !== beside,
  )
}

/** The stage that the page looks at: the one asked for, else the first whose t is a list, else the first slerp. */
export function shownStage(recipe: Recipe, wanted: string | null | undefined): RecipeStage | null {
  const stages = allStages(recipe)
  const asked = wanted === undefined ? undefined : stages.find(({ name }) => name === wanted)
  const slerps = stages.filter(({ method }) => method === 'slerp')
  return asked ?? slerps.find(hasGradient) ?? slerps[0] ?? stages.at(-1) ?? null
}

function hasGradient(stage: RecipeStage): boolean {
  const levels = [stage.parameters, ...stage.slices.map(({ parameters }) => parameters)]
  return levels.some((level) => level.get('t')?.some(({ value }) => typeof value !== 'number' && value.length > 1))
}
