import type { FloatDType } from '../tensor/dtype.ts'
import type { CardText } from './card-text.ts'

/** The output settings of a merge. What is written is a function of recipe, inputs and these alone. */
export interface OutputSettings {
  /** Overrides the recipe's out_dtype; null leaves the recipe as it is. */
  readonly dtype: FloatDType | null
  /** Largest shard in bytes; null chooses one from the output's size. */
  readonly shardBytes: number | null
  /** What a person wrote for the model card; left out, it has its own words alone. Changes README.md and no other file. */
  readonly card?: CardText
}

export interface PlanSettings extends OutputSettings {
  /** Bytes of inputs that may be resident at once, over all tensors in flight. Does not change a byte of the output. */
  readonly memoryBudget: number
}
