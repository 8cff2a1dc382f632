import type { FloatDType } from '../tensor/dtype.ts'
import type { Dialect } from './dialect.ts'
import type { Lane } from './presets.ts'
import type { Gradient, Method, VocabularySource } from './recipe.ts'

/** Where a parameter stands: at the recipe level of a stage, in one of its slices, or with one of the models. */
export interface ParameterPlace {
  /** Name of the stage; null is the one without a name. */
  readonly stage: string | null
  /** `t`, `weight`, … */
  readonly parameter: string
  /** Index among `slices`; left out for the recipe level. */
  readonly slice?: number
  /** Index among `models`, or among the `sources` of the slice, for a parameter of one model. */
  readonly source?: number
}

/**
 * One change to a recipe. A lane is an entry of a parameter, counted as `RecipeStage.parameters` lists them; a plain value is lane 0.
 */
export type Edit =
  /** Gives a lane another value; makes the parameter where there is none. */
  | { readonly kind: 'set-gradient'; readonly at: ParameterPlace; readonly lane: number; readonly value: Gradient }
  /** Replaces the whole parameter. */
  | { readonly kind: 'set-lanes'; readonly at: ParameterPlace; readonly lanes: readonly Lane[] }
  /** Inserts a lane before the lane `before`; without it, before the lane that matches everything. */
  | { readonly kind: 'add-lane'; readonly at: ParameterPlace; readonly lane: Lane; readonly before?: number }
  /** Several lanes in the place of one. */
  | {
      readonly kind: 'replace-lane'
      readonly at: ParameterPlace
      readonly lane: number
      readonly lanes: readonly Lane[]
    }
  | { readonly kind: 'remove-lane'; readonly at: ParameterPlace; readonly lane: number }
  /** `to` is the index the lane has afterwards. */
  | { readonly kind: 'move-lane'; readonly at: ParameterPlace; readonly lane: number; readonly to: number }
  /** Null takes the filter away, so that the lane matches everything. */
  | {
      readonly kind: 'rename-lane'
      readonly at: ParameterPlace
      readonly lane: number
      readonly filter: string | null
    }
  /** A new slerp document, before the final result. `base` and `other` are models or stages. */
  | {
      readonly kind: 'add-stage'
      readonly name: string | null
      readonly base: string
      readonly other: string
      readonly t?: Gradient
      readonly dtype?: FloatDType
    }
  /** Stages that used it use its base model (or `replacement`) instead. */
  | { readonly kind: 'remove-stage'; readonly stage: string | null; readonly replacement?: string }
  /** References follow. */
  | { readonly kind: 'rename-stage'; readonly stage: string | null; readonly name: string | null }
  /** Connects an end of a slerp stage to another model or stage. */
  | {
      readonly kind: 'set-model'
      readonly stage: string | null
      readonly end: 'base' | 'other'
      readonly model: string
    }
  /** A model or stage more among `models`, with a value of what its method cannot do without; or one less. */
  | { readonly kind: 'add-source'; readonly stage: string | null; readonly model: string }
  | { readonly kind: 'remove-source'; readonly stage: string | null; readonly model: string }
  /** Another `base_model`; null takes it out. */
  | { readonly kind: 'set-base'; readonly stage: string | null; readonly model: string | null }
  /** Base and other change places; with `keepResult` t becomes 1 - t, so that the merge stays the same. */
  | { readonly kind: 'swap-ends'; readonly stage: string | null; readonly keepResult: boolean }
  /** Another method: parameters that it does not read go, and those that it needs are given a value. */
  | { readonly kind: 'set-method'; readonly stage: string | null; readonly method: Method }
  /** Null takes the key out. */
  | {
      readonly kind: 'set-dtype'
      readonly stage: string | null
      readonly key: 'dtype' | 'out_dtype'
      readonly dtype: FloatDType | null
    }
  /** Whose tokens the stage's result has; `common` takes both keys out, and rows are merged by number. */
  | { readonly kind: 'set-vocabulary'; readonly stage: string | null; readonly tokens: 'common' | VocabularySource }
  /** Rows of zeros up to a multiple; null takes the key out. */
  | { readonly kind: 'set-padding'; readonly stage: string | null; readonly multiple: number | null }
  /** `auto`, the name of a template, or a Jinja template; null takes the key out. */
  | { readonly kind: 'set-chat-template'; readonly stage: string | null; readonly template: string | null }
  | { readonly kind: 'set-dialect'; readonly dialect: Dialect }
  /** For mends: a key in a line, with its value taken out, or under another name, or with another plain value. */
  | { readonly kind: 'remove-key'; readonly line: number; readonly key: string }
  | { readonly kind: 'rename-key'; readonly line: number; readonly key: string; readonly to: string }
  | { readonly kind: 'set-value'; readonly line: number; readonly key: string; readonly value: string }
  /** The plain value `value` in a line is written as `to`, as it is to stand in the text. */
  | { readonly kind: 'set-scalar'; readonly line: number; readonly value: string; readonly to: string }
  /** Every reference to a model or stage becomes one to another. */
  | { readonly kind: 'replace-model'; readonly model: string; readonly by: string }

/** The text with the change made, or a sentence that says why it can't be made. */
export type Edited = { readonly text: string } | { readonly problem: string }
