import type { TokenizerEdit } from '../formats/tokenizer-edit.ts'
import type { Problem } from '../problem.ts'
import type { Interpolation } from '../recipe/dialect.ts'
import type { DType, FloatDType } from '../tensor/dtype.ts'
import type { TensorInfo } from '../tensor/tensor.ts'
import type { CardParts } from './card.ts'
import type { Fingerprint } from './fingerprint.ts'
import type { OutputSettings } from './settings.ts'
import type { VocabularySummary } from './vocabulary-summary.ts'

/** Inputs and stages that one blend can hold together: so many terms below 2^120 cannot overflow an F32. */
export const MAX_OPERANDS = 64

/** A stored tensor that a job reads. */
export interface JobSource {
  /** Index into `Plan.checkpoints`. */
  readonly checkpoint: number
  readonly tensor: TensorInfo
}

/** One vector of a job's Gram matrix: a source, rounded to `round` first (null: as stored). */
export interface JobInput {
  readonly source: number
  readonly round: FloatDType | null
}

/** Rows [from, to) in which the same inputs have values. A tensor that is not cut has one segment. */
export interface RowSegment {
  readonly from: number
  readonly to: number
  /** Inputs that reach into these rows, ascending. */
  readonly inputs: readonly number[]
  /** Where rows are permuted: then `from` to `to` count the rows listed here, and a segment is not one stretch of the output. */
  readonly gather?: GatheredRows
}

/** Rows in which the same inputs take part in the same way, wherever they lie. */
export interface GatheredRows {
  /** Rows of the output, ascending; null for rows that only earlier stages have, which count in their Gram matrices. */
  readonly output: Int32Array | null
  /** For each input of the segment: the rows of its tensor. */
  readonly rows: readonly Int32Array[]
  /** What each stage of the job does in these rows. */
  readonly stages: readonly StageRows[]
  /** In jobs with an element-wise stage, for each stage of that kind that has these rows: which of its own rows they are; null for others. */
  readonly own?: readonly (Int32Array | null)[]
}

/**
 * A stage in some rows: it merges its operands; it has no such rows; or operands that lack the row get others' instead: `shares[k][j]` is
 * the part of operand j that stands in for operand k.
 */
export type StageRows = 'merged' | 'absent' | readonly (readonly number[])[]

export type Operand = { readonly input: number } | { readonly stage: number }

/** What a stage does with its operands. `t` of 0 is the first operand, 1 the second. */
export type StageRule = FixedRule | InnerRule | ElementRule

/** The result is a linear combination of the operands whose coefficients the recipe alone gives. */
export type FixedRule =
  | { readonly method: 'linear'; readonly weights: readonly number[]; readonly normalize: boolean }
  /** One operand, multiplied by `scale`; 1 is a copy, cropped and rounded. */
  | { readonly method: 'passthrough'; readonly scale: number }
  /** Operand 0 is the base; `weights` are of the others' differences from it (Ilharco et al. 2022). */
  | {
      readonly method: 'task_arithmetic'
      readonly weights: readonly number[]
      readonly normalize: boolean
      readonly lambda: number
    }

/** A linear combination whose coefficients follow from the operands' norms and inner products (coefficients.ts). */
export type InnerRule =
  /** Left out, the interpolation is SLERP; the dialect of a recipe may ask for another. */
  | { readonly method: 'slerp'; readonly t: number; readonly interpolation?: Interpolation }
  /** Two operands; with `based` operand 0 is the base, and the differences of the other two from it are interpolated. */
  | { readonly method: 'nuslerp'; readonly weights: readonly number[]; readonly based: boolean }
  /** With `based` operand 0 is the base; `weights` are of the others. */
  | {
      readonly method: 'multislerp'
      readonly weights: readonly number[]
      readonly normalize: boolean
      readonly eps: number
      readonly based: boolean
    }
  | { readonly method: 'karcher'; readonly maxIterations: number; readonly tolerance: number }
  /** Operand 0 is the base. */
  | { readonly method: 'model_stock' }

/**
 * Not one linear combination of whole tensors: every element, or every row, has its own. Operand 0 is the base wherever there is one
 * (all but nuslerp without `based`).
 */
export type ElementRule = SparseRule | RowRule | MaskRule

/** Task vectors, thinned out: which elements of each difference from the base stay, and how those that stay are added up. */
export interface SparseRule {
  readonly method: 'ties' | 'dare_linear' | 'dare_ties' | 'della' | 'della_linear' | 'breadcrumbs' | 'breadcrumbs_ties'
  /** By operand but the base: weight, share of elements that stay. */
  readonly weights: readonly number[]
  readonly densities: readonly number[]
  /** By operand but the base: share of the largest that go (breadcrumbs). */
  readonly gammas?: readonly number[]
  /** By operand but the base: how far the probability of staying differs from the density (della). */
  readonly epsilons?: readonly number[]
  readonly normalize: boolean
  /** What stays is scaled up until the sum of its magnitudes is what it was. */
  readonly rescale: boolean
  readonly lambda: number
  /** Of the random numbers of dare and della. */
  readonly seed: number
}

/** Coefficients of each row, or column, of their own. A vector is one row. */
export type RowRule =
  | {
      readonly method: 'nuslerp-rows'
      readonly along: 'rows' | 'columns'
      readonly weights: readonly number[]
      readonly based: boolean
    }
  | { readonly method: 'model_stock-rows' }

export type MaskRule =
  | { readonly method: 'nearswap'; readonly t: number }
  | { readonly method: 'sce'; readonly selectTopk: number }
  | { readonly method: 'arcee_fusion' }
  | { readonly method: 'ram'; readonly epsilon: number }
  | { readonly method: 'ramplus_tl'; readonly epsilon: number; readonly r: number; readonly alpha: number }

export interface JobStage {
  /** Name of the recipe's stage, for the table and the messages; '' for the final result, null for a rounding between stages. */
  readonly label: string | null
  readonly rule: StageRule
  readonly operands: readonly Operand[]
  /** Rows of the result: those that all operands have. */
  readonly rows: number
  /** What the result is rounded to; F32 leaves it unrounded, to be collapsed into the stages that use it. */
  readonly round: FloatDType
}

/** How a job's bytes come to be. */
export type JobKind =
  /** Bytes copied as they are, without an engine. */
  | 'copy'
  /** Read once: its inputs stay resident between gram and blend. */
  | 'resident'
  /** Inputs larger than the memory budget: read once for gram, once more for blend. */
  | 'streamed'
  /** No inner products are needed (linear, passthrough, a straight line): read once, tile by tile. */
  | 'blend-only'

/** One output tensor: everything that the worker needs to make its bytes. */
export interface Job {
  readonly name: string
  readonly kind: JobKind
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly byteLength: number
  readonly sources: readonly JobSource[]
  readonly inputs: readonly JobInput[]
  readonly segments: readonly RowSegment[]
  /** In order of use, the output last. A copy may have some, for the table; it takes the bytes of source 0. */
  readonly stages: readonly JobStage[]
  /** Place on the depth axis: layer number of the output, or null for embed_tokens, norm, lm_head. */
  readonly layer: number | null
  /** Index into `Plan.shards`, and the byte offset of the data in that file. */
  readonly shard: number
  readonly offset: number
  /** Bytes read from disk for this job. */
  readonly bytesReadOnce: number
  readonly bytesReadTwice: number
}

export interface PlannedShard {
  readonly name: string
  readonly byteLength: number
  /** The complete header with its 8 bytes of length, written at offset 0. */
  readonly header: Uint8Array<ArrayBuffer>
  readonly jobs: readonly number[]
}

/** A small file beside the weights: text made by the plan, or a copy of a file of a checkpoint. */
export type PlannedFile = { readonly name: string } & (
  | { readonly text: string }
  /** With `edit`: tokens added and removed, the chat template set, on the way. */
  | { readonly checkpoint: number; readonly file: string; readonly edit?: TokenizerEdit }
)

export interface PlanTotals {
  readonly tensors: number
  readonly parameters: number
  readonly bytesReadOnce: number
  /** Bytes that are read a second time because their tensor's inputs exceed the memory budget. */
  readonly bytesReadTwice: number
  readonly bytesWritten: number
}

export interface PlannedCheckpoint {
  /** As the recipe names it. */
  readonly model: string
  /** Name of the opened folder. */
  readonly name: string
  /** Hash of its headers (see fingerprint.ts). */
  readonly fingerprint: string
}

/** Every decision of a merge, as plain data; survives `structuredClone`. The page shows this object, the worker runs it. */
export interface Plan {
  readonly fingerprint: Fingerprint
  /** The recipe's text and the output settings: an unfinished folder keeps them, so that the merge can be gone on with anywhere. */
  readonly recipeText: string
  readonly settings: OutputSettings
  readonly checkpoints: readonly PlannedCheckpoint[]
  readonly jobs: readonly Job[]
  readonly shards: readonly PlannedShard[]
  /** Written after the last shard, in this order; the shard index is the last. */
  readonly files: readonly PlannedFile[]
  /** What README.md says by itself; null where nothing is made. */
  readonly card: CardParts | null
  readonly problems: readonly Problem[]
  readonly totals: PlanTotals
  /** Tokens of the result by class, for the page; null where the result has no embedding. */
  readonly vocabulary: VocabularySummary | null
  /** Bytes of inputs that may be resident at once. */
  readonly memoryBudget: number
}
