import type { FloatDType } from '../tensor/dtype.ts'
import type { Dialect } from './dialect.ts'

/** A number, or a gradient: values spread evenly over depth, linear in between. */
export type Gradient = number | readonly number[]

/** One entry of a parameter. The first entry whose filter is null, `*` or a substring of the tensor's name wins. */
export interface FilteredValue {
  readonly filter: string | null
  readonly value: Gradient
  /** Line of the recipe text, from 1. */
  readonly line: number
}

/** Parameters of one level of a recipe (source, slice, recipe), by name: `t`, `weight`, `density`, … Booleans are 0 and 1. */
export type Parameters = ReadonlyMap<string, readonly FilteredValue[]>

export const METHODS = [
  'slerp',
  'nuslerp',
  'multislerp',
  'karcher',
  'linear',
  'task_arithmetic',
  'model_stock',
  'ties',
  'dare_linear',
  'dare_ties',
  'della',
  'della_linear',
  'breadcrumbs',
  'breadcrumbs_ties',
  'sce',
  'nearswap',
  'arcee_fusion',
  'ram',
  'ramplus_tl',
  'passthrough',
] as const
export type Method = (typeof METHODS)[number]

export interface RecipeSource {
  /** As written: a path, a hub id, or the name of another stage. */
  readonly model: string
  /** First layer and the layer after the last; null means all layers. */
  readonly layerRange: readonly [number, number] | null
  readonly parameters: Parameters
  readonly line: number
}

export interface RecipeSlice {
  readonly sources: readonly RecipeSource[]
  readonly baseModel: string | null
  readonly parameters: Parameters
  readonly line: number
}

/** Whose tokens the result has: all models', the base model's, or one model's. */
export type VocabularySource = 'union' | 'base' | { readonly model: string }

/** Where the row of a token comes from: zeros, or a model, there under its own text, another text or an id. */
export type TokenSource =
  | { readonly kind: 'zero' }
  | { readonly kind: 'model'; readonly model: string; readonly token: string | number | null }

export interface TokenRule {
  readonly source: TokenSource
  /** Also for models that have a row of their own for the token. */
  readonly force: boolean
  readonly line: number
}

/** What a document says of tokens: mergekit's `tokenizer_source` or its `tokenizer` mapping. */
export interface RecipeVocabulary {
  readonly source: VocabularySource
  readonly tokens: ReadonlyMap<string, TokenRule>
  readonly padToMultiple: number | null
  readonly line: number
}

/** A part of a multimodal model beside its text model, which a document merges by `modules`: `vision_tower`, `multi_modal_projector`. */
export interface RecipeModule {
  readonly name: string
  /** Of `models` there is one, over all of its tensors; its own parameters are those of the module. */
  readonly slices: readonly RecipeSlice[]
  readonly wholeModels: boolean
  readonly line: number
}

/** One document of a mergekit recipe. */
export interface RecipeStage {
  /** Null for a document without a name; only the final result may lack one. */
  readonly name: string | null
  readonly method: Method
  readonly baseModel: string | null
  /** A document with `models` has one slice whose sources span all layers, the base model added last where it is not listed. */
  readonly slices: readonly RecipeSlice[]
  /** True where the document says `models`: mergekit then adds a base model that is not listed as a source over all of its layers. */
  readonly wholeModels: boolean
  readonly parameters: Parameters
  /**
   * Of a document with `modules`: those beside the text model, whose slices are `slices`. Parts that no module names are taken from the
   * base model as they are.
   */
  readonly modules?: readonly RecipeModule[]
  readonly dtype: FloatDType | null
  readonly outDtype: FloatDType | null
  /** Absent where the document says nothing: the common rows are merged, as mergekit does. */
  readonly vocabulary?: RecipeVocabulary
  /** `auto`, the name of a template, or a Jinja template; absent where the base model's is kept. */
  readonly chatTemplate?: string
  readonly line: number
}

/** A recipe made strict: stages in an order in which each comes after those it uses, the final one last. */
export interface Recipe {
  readonly stages: readonly RecipeStage[]
  /** Documents that the final stage does not need: they are left out of the merge. */
  readonly unused: readonly RecipeStage[]
  /** Models that are no stages, in order of first appearance, as written. */
  readonly models: readonly string[]
  /** Which tool's rule turns a gradient into t; today's mergekit unless a comment at the head of the text names another. */
  readonly dialect: Dialect
  /** The text as imported, byte for byte. */
  readonly text: string
}
