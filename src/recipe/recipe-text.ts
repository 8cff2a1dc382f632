import { applyEdit } from './apply-edit.ts'
import type { Edit } from './edit.ts'
import { parseRecipe } from './parse-recipe.ts'
import type { Recipe, RecipeStage } from './recipe.ts'

/** For the tests of this folder only: recipe texts, and what became of them. */

export function accept(text: string): Recipe {
  const { recipe, problems } = parseRecipe(text)
  if (recipe === null) throw new Error(problems.map((problem) => `${problem.line}: ${problem.message}`).join('\n'))
  return recipe
}

export function stageOf(text: string): RecipeStage {
  const stage = accept(text).stages.at(-1)
  if (stage === undefined) throw new Error('no stage')
  return stage
}

/** `line severity message` of every problem. */
export function found(text: string): string[] {
  return parseRecipe(text).problems.map(({ line, severity, message }) => `${line} ${severity}: ${message}`)
}

export function slerp(t: string, rest = ''): string {
  return `merge_method: slerp\nbase_model: a\nmodels:\n  - model: a\n  - model: b\nparameters:\n  t: ${t}\n${rest}`
}

export function t(text: string) {
  return stageOf(text)
    .parameters.get('t')
    ?.map(({ filter, value }) => [filter, value])
}

/** The text after an edit that must succeed. */
export function edited(text: string, edit: Edit): string {
  const result = applyEdit(text, edit)
  if ('problem' in result) throw new Error(`${edit.kind}: ${result.problem}\n${text}`)
  return result.text
}

export function problem(text: string, edit: Edit): string | null {
  const result = applyEdit(text, edit)
  return 'problem' in result ? result.problem : null
}

/** The lanes of a parameter, without their lines. */
export function lanes(text: string, stage: string | null = null, parameter = 't') {
  const found = accept(text).stages.find(({ name }) => name === stage)
  return found?.parameters.get(parameter)?.map(({ filter, value }) => ({ filter, value }))
}

/** A recipe without lines and text: what it means. */
export function meaning({ stages, models, dialect }: Recipe): unknown {
  const plain = JSON.stringify({ stages, models, dialect }, (key, value: unknown) =>
    key === 'line' ? undefined : value instanceof Map ? [...value] : value,
  )
  return JSON.parse(plain)
}

/** The t of the final result. */
export const AT = { stage: null, parameter: 't' } as const

export const LANES = `# a recipe of mine
merge_method: slerp   # the method
base_model: org/a
models:
  - model: org/a
  - model: org/b # the other
parameters:
  t:
    # attention first
    - filter: self_attn   # attention
      value: [0, 0.5, 1]  # up
    # then the rest of a layer
    - filter: mlp
      value:
        - 1
        - 0.5 # half
        - 0
    - value: 0.5 # all else
dtype: float16
# the end
`

export const STAGES = `# slerp-studio: dialect = mergekit-2023
name: one # first
merge_method: slerp
base_model: org/a
models: [{model: org/a}, {model: org/b}]
parameters: {t: [0.25, 0.3, 0.5]}
dtype: float16
---
# second
name: two
merge_method: slerp
base_model: org/b
models:
  - model: org/b
  - model: org/c
parameters:
  t: [0.4, 0.3, 0.25] # down
---
merge_method: slerp
base_model: one@main
models:
  - model: one@main
  - model: two
parameters:
  t: 0.5
`
