/** A parameter of a method: what it means, and what mergekit takes where a recipe is silent. */
export interface ParameterFacts {
  readonly name: string
  /** `flag` is true or false, `count` a whole number. */
  readonly kind: 'number' | 'flag' | 'count'
  /** Null: the recipe has to say it. */
  readonly default: number | null
  /** Values that make sense; those beyond are refused. */
  readonly low?: number
  readonly high?: number
  /** What it does, in one sentence. */
  readonly words: string
}

export interface MethodFacts {
  readonly title: string
  /** What the method does, in one sentence. */
  readonly words: string
  /** Where it was published; null where it was not. */
  readonly paper: string | null
  /**
   * `none`: base_model, where it is given, is one of the models that are merged, and no other than them. `end`: it is one of the two, and
   * has to be named. `optional`, `required`: it stands beside the models, whose differences from it are merged.
   */
  readonly base: 'none' | 'end' | 'optional' | 'required'
  /** How many models, the base not counted where it stands beside them. */
  readonly models: readonly [least: number, most: number]
  /** One value for the tensor, looked up in slice and recipe by the output tensor's name. */
  readonly shared: readonly ParameterFacts[]
  /** One value for each model, looked up in source, slice and recipe by the input tensor's name. */
  readonly perModel: readonly ParameterFacts[]
}

/** No upper limit. */
export const MANY = Number.POSITIVE_INFINITY

export const WEIGHT: ParameterFacts = {
  name: 'weight',
  kind: 'number',
  default: null,
  words: 'How much of this model goes in; a gradient gives every layer its own.',
}

export const normalizeFacts = (value: 0 | 1): ParameterFacts => ({
  name: 'normalize',
  kind: 'flag',
  default: value,
  words: 'Divides by the sum of the weights that take part.',
})

export const LAMBDA: ParameterFacts = {
  name: 'lambda',
  kind: 'number',
  default: 1,
  words: 'Scales what is added to the base.',
}

/** How sign election is said. */
export const ELECTION = 'where the models disagree on the direction, the weaker side is left out'
