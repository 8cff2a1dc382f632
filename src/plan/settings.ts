import type { FloatDType } from '../tensor/dtype.ts'

/** The output settings of a merge. What is written is a function of recipe, inputs and these alone. */
export interface OutputSettings {
  /** Overrides the recipe's out_dtype; null leaves the recipe as it is. */
  readonly dtype: FloatDType | null
  /** Largest shard in bytes; null chooses one from the output's size. */
  readonly shardBytes: number | null
  /** Which rows of embedding and head the result has; `recipe` leaves it to the recipe, and so does leaving it out. */
  readonly vocabulary?: VocabularyChoice
  /** The result's vocabulary is padded with rows of zeros to a multiple of this; null or absent leaves it to the recipe. */
  readonly padToMultiple?: number | null
}

export const VOCABULARY_CHOICES = ['recipe', 'common', 'base', 'union'] as const
/** The common rows; the base model's rows; or a row for every token of any model. */
export type VocabularyChoice = (typeof VOCABULARY_CHOICES)[number]

export interface PlanSettings extends OutputSettings {
  /** Bytes of inputs that may be resident at once, over all tensors in flight. Does not change a byte of the output. */
  readonly memoryBudget: number
}
